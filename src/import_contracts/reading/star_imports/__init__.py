"""Star imports of packages: the modules that they load, from ``__all__`` as far as it is known without running code."""
