from hypothesis import HealthCheck, settings

# Never a verdict on time: the machines that run this are noisy.
settings.register_profile("noisy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("noisy")
