"""The shapes in which tracebacks reach us, all about one program: `shop.users` needs Order from `shop.orders`.

They are modelled on the shapes in public issue threads, and written anew.
"""

from __future__ import annotations

import json

PROGRAM = {
    "shop/__init__.py": "",
    "shop/orders.py": "from shop.users import User\n\n\nclass Order:\n    def owner(self) -> User: ...\n",
    "shop/users.py": "from shop.orders import Order\n\n\nclass User:\n    def orders(self) -> list[Order]: ...\n",
    "run.py": "from shop import orders\n",
    "tests/test_shop.py": "from shop import orders\n",
    "manage.py": "import sys\n\n\ndef main():\n    from django.core import management\n    management.run(sys.argv)\n\n\nmain()\n",
}

CIRCULAR = "(most likely due to a circular import)"
ERROR = f"ImportError: cannot import name 'Order' from partially initialized module 'shop.orders' {CIRCULAR}"
FRAMES = """\
  File "/app/run.py", line 1, in <module>
    from shop import orders
  File "/app/shop/orders.py", line 1, in <module>
    from shop.users import User
  File "/app/shop/users.py", line 1, in <module>
    from shop.orders import Order
"""
INNER = FRAMES.split("orders\n", 1)[1]
HEADER = "Traceback (most recent call last):\n"
PLAIN = f"{HEADER}{FRAMES}{ERROR} (/app/shop/orders.py)\n"
SHORT = f"""\
shop/orders.py:1: in <module>
    from shop.users import User
shop/users.py:1: in <module>
    from shop.orders import Order
E   {ERROR} (/app/shop/orders.py)
"""
PYTEST = f"""\
==================================== ERRORS ====================================
_____________________ ERROR collecting tests/test_shop.py ______________________
ImportError while importing test module '/app/tests/test_shop.py'.
Hint: make sure your test modules/packages have valid Python names.
Traceback:
/usr/local/lib/python3.12/importlib/__init__.py:90: in import_module
    return _bootstrap._gcd_import(name[level:], package, level)
tests/test_shop.py:1: in <module>
    from shop import orders
{SHORT}=========================== short test summary info ============================
ERROR tests/test_shop.py
"""
LONG = f"""\
_____________________ ERROR collecting tests/test_shop.py ______________________

    \"\"\"Tests of the shop.\"\"\"

>   from shop import orders

tests/test_shop.py:1: 
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ 

>   from shop.users import User

shop/orders.py:1: 
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ 

>   from shop.orders import Order
E   {ERROR} (/app/shop/orders.py)

shop/users.py:1: ImportError
"""
IN_FUNCTION = f"""\
_________________________________ test_orders __________________________________

    def test_orders():
>       from shop import orders

tests/test_shop.py:7: 
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ 
shop/orders.py:1: in <module>
    from shop.users import User
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ 

>   from shop.orders import Order
E   {ERROR} (/app/shop/orders.py)

shop/users.py:1: ImportError
"""
GUNICORN = f"""\
[2026-03-02 08:15:01 +0000] [7] [INFO] Starting gunicorn 23.0.0
[2026-03-02 08:15:01 +0000] [9] [ERROR] Exception in worker process
{HEADER}  File "/usr/local/lib/python3.12/site-packages/gunicorn/arbiter.py", line 608, in spawn_worker
    worker.init_process()
  File "/usr/local/lib/python3.12/site-packages/gunicorn/util.py", line 370, in import_app
    mod = importlib.import_module(module)
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/local/lib/python3.12/importlib/__init__.py", line 90, in import_module
    return _bootstrap._gcd_import(name[level:], package, level)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "<frozen importlib._bootstrap>", line 1387, in _gcd_import
  File "<frozen importlib._bootstrap>", line 1360, in _find_and_load
  File "<frozen importlib._bootstrap_external>", line 995, in exec_module
  File "<frozen importlib._bootstrap>", line 488, in _call_with_frames_removed
{INNER}{ERROR} (/app/shop/orders.py)
[2026-03-02 08:15:01 +0000] [9] [INFO] Worker exiting (pid: 9)
[2026-03-02 08:15:02 +0000] [7] [ERROR] Reason: Worker failed to boot.
"""
DJANGO = f"""\
{HEADER}  File "/app/manage.py", line 9, in <module>
    main()
  File "/app/manage.py", line 6, in main
    management.run(sys.argv)
  File "/usr/local/lib/python3.11/site-packages/django/core/management/__init__.py", line 416, in execute
    django.setup()
  File "/usr/local/lib/python3.11/site-packages/django/apps/config.py", line 269, in import_models
    self.models_module = import_module(models_module_name)
                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
{INNER}{ERROR} (/app/shop/orders.py)
"""
CELERY = f"""\
Usage: celery [OPTIONS] COMMAND [ARGS]...
Try 'celery --help' for help.

Error: Invalid value for '-A' / '--app':
Unable to load celery application.
While trying to load the module shop.orders the following error occurred:
{HEADER}  File "/usr/local/lib/python3.12/site-packages/celery/bin/celery.py", line 58, in convert
    return find_app(value)
           ^^^^^^^^^^^^^^^
  File "/usr/local/lib/python3.12/site-packages/celery/utils/imports.py", line 109, in import_from_cwd
    return imp(module, package=package)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
{INNER}{ERROR} (/app/shop/orders.py)
"""


def prefixed(prefix: str, text: str = PLAIN) -> str:
    """Return a text with a prefix before each line; ``%d`` in it is the number of the line."""
    return "".join(prefix.replace("%d", f"{number:02}") + line for number, line in enumerate(text.splitlines(True), 1))


def windows(text: str = PLAIN) -> str:
    return text.replace("/app/shop/", "C:\\Users\\Ana Maria\\app\\shop\\").replace(
        "/app/", "C:\\Users\\Ana Maria\\app\\"
    )


def mixed() -> str:
    """Return the lines of two containers, one after the other."""
    other = (f"db_1   | 2026-03-02 LOG:  checkpoint {number}\n" for number in range(20))
    return "".join(line + next(other) for line in prefixed("web_1  | ").splitlines(True))


SHAPES = {
    "plain": PLAIN,
    "3.13-carets": PLAIN.replace("import User\n", "import User\n    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"),
    "3.13-tildes": PLAIN.replace("import User\n", "import User\n    ~~~~~~~~~~~~~~~^^^^^^^^^^^^^\n"),
    "3.12-did-you-mean": PLAIN.replace("orders.py)\n", "orders.py). Did you mean: 'Orders'?\n"),
    "3.7-not-said-to-be-partial": f"{HEADER}{FRAMES}ImportError: cannot import name 'Order' from 'shop.orders' (/app/shop/orders.py)\n",
    "3.6-without-the-module": f"{HEADER}{FRAMES}ImportError: cannot import name 'Order'\n",
    "unknown-location": f"{HEADER}{FRAMES}{ERROR} (unknown location)\n",
    "without-code": HEADER + "".join(line for line in FRAMES.splitlines(True) if "File" in line) + ERROR + "\n",
    "with-previous-line-repeated": PLAIN.replace(
        "import User\n", "import User\n  [Previous line repeated 3 more times]\n"
    ),
    "top-cut-off": f"...\n{INNER}{ERROR} (/app/shop/orders.py)\n",
    "top-cut-off-in-a-line": f'on3/site.py", line 3, in x\n{INNER}{ERROR}\n',
    "text-around-it": f"Starting the shop\n\n{PLAIN}\nmake: *** [serve] Error 1\n",
    "carriage-returns": PLAIN.replace("\n", "\r\n"),
    "no-newline-at-the-end": PLAIN.rstrip("\n"),
    "windows-paths": windows(),
    "windows-relative": windows(PYTEST)
    .replace("tests/test_shop.py:", "..\\app\\tests\\test_shop.py:")
    .replace("shop/", "shop\\"),
    "python-m": PLAIN.replace(
        '  File "/app/run.py"',
        '  File "<frozen runpy>", line 198, in _run_module_as_main\n  File "<frozen runpy>", line 88, in _run_code\n  File "/app/run.py"',
    ),
    "python-c": PLAIN.replace('"/app/run.py"', '"<string>"').replace("    from shop import orders\n", ""),
    "interactive": PLAIN.replace('"/app/run.py"', '"<stdin>"').replace("    from shop import orders\n", ""),
    "3.13-interactive": PLAIN.replace('"/app/run.py"', '"<python-input-0>"'),
    "colors-of-3.13": PLAIN.replace('File "', 'File \x1b[35m"')
    .replace('", line 1', '"\x1b[0m, line \x1b[35m1\x1b[0m')
    .replace("ImportError: ", "\x1b[1;35mImportError\x1b[0m: \x1b[35m"),
    "pytest": PYTEST,
    "pytest-long": LONG,
    "pytest-in-a-test": IN_FUNCTION,
    "pytest-colors": PYTEST.replace("shop/", "\x1b[1m\x1b[31mshop/")
    .replace(".py:1:", ".py\x1b[0m:1:")
    .replace("E   ", "\x1b[1m\x1b[31mE   "),
    "pytest-conftest": f"ImportError while loading conftest '/app/conftest.py'.\n{SHORT}",
    "pytest-in-docker": prefixed("tests-1  | ", PYTEST),
    "pytest-quoted": prefixed("    ", PYTEST),
    "gunicorn": GUNICORN,
    "gunicorn-in-docker": prefixed("web-1  | ", GUNICORN),
    "django": DJANGO,
    "celery": CELERY,
    "docker-compose": prefixed("worker_1  | "),
    "docker-compose-mixed": mixed(),
    "docker-with-times": prefixed("2026-03-02T08:15:%d.657030840Z "),
    "kubernetes": prefixed("2026-03-02T08:15:%d.657030840Z stderr F "),
    "journald": prefixed("Mar 02 08:15:%d web python3[4711]: "),
    "heroku": prefixed("2026-03-02T08:15:%d.766503+00:00 app[web.1]: "),
    "github-actions": prefixed("2026-03-02T08:15:%d.1234567Z "),
    "celery-log": prefixed("[2026-03-02 08:15:%d,123: ERROR/MainProcess] "),
    "logging": f"2026-03-02 08:15:00,123 ERROR shop.boot: cannot start\n{PLAIN}",
    "logging-with-the-header": f"ERROR:root:{PLAIN}",
    "code-block": prefixed("    "),
    "quoted-mail": prefixed("> "),
    "list-item": prefixed("      "),
    "without-indentation": "".join(line.lstrip() for line in PLAIN.splitlines(True)),
    "json-log": json.dumps({"level": "error", "exc_info": PLAIN}) + "\n",
    "syslog-escapes": "Mar  2 08:15:00 web app: " + PLAIN.replace("\n", "#012") + "\n",
    "one-line": "Mar  2 08:15:00 web app: Exception in worker " + " ".join(PLAIN.splitlines()) + "\n",
    "handled": f"{HEADER}  File \"/app/run.py\", line 1, in <module>\n    import simplejson\nModuleNotFoundError: No module named 'simplejson'\n\n"
    f"During handling of the above exception, another exception occurred:\n\n{PLAIN}",
    "cause": f"{PLAIN}\nThe above exception was the direct cause of the following exception:\n\n"
    f'{HEADER}  File "/app/run.py", line 9, in <module>\n    boot()\nRuntimeError: the shop does not start\n',
    "handled-attribute-of-celery": f'{HEADER}  File "/usr/lib/python3.12/site-packages/kombu/utils/imports.py", line 64, in symbol_by_name\n'
    f"    return getattr(module, cls_name) if cls_name else module\nAttributeError: module 'shop' has no attribute 'celery_app'\n\n"
    f"During handling of the above exception, another exception occurred:\n\n{PLAIN}",
    "group": "  + Exception Group Traceback (most recent call last):\n"
    '  |   File "/app/run.py", line 3, in <module>\n  |     start()\n'
    "  | ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)\n"
    "  +-+---------------- 1 ----------------\n"
    + prefixed("    | ")
    + '    +---------------- 2 ----------------\n    | Traceback (most recent call last):\n    |   File "/app/run.py", line 5, in x\n'
    "    |     raise ValueError(1)\n    | ValueError: 1\n    +------------------------------------\n",
    "ipython": f"{'-' * 75}\nImportError                               Traceback (most recent call last)\nCell In[1], line 1\n----> 1 from shop import orders\n\n"
    "File /app/shop/orders.py:1\n----> 1 from shop.users import User\n      4 class Order:\n      5     def owner(self) -> User: ...\n\n"
    f"File /app/shop/users.py:1\n----> 1 from shop.orders import Order\n      4 class User:\n\n{ERROR} (/app/shop/orders.py)\n",
    "rich": "╭─────────────── Traceback (most recent call last) ───────────────╮\n"
    "│ /app/shop/orders.py:1 in <module>                               │\n│                                                                 │\n"
    "│ ❱ 1 from shop.users import User                                 │\n│   2                                                             │\n"
    "│   4 class Order:                                                │\n│                                                                 │\n"
    "│ /app/shop/users.py:1 in <module>                                │\n│                                                                 │\n"
    "│ ❱ 1 from shop.orders import Order                               │\n│   2                                                             │\n"
    f"╰─────────────────────────────────────────────────────────────────╯\n{ERROR} (/app/shop/orders.py)\n",
    "site-packages": PLAIN.replace("/app/shop/", "/usr/local/lib/python3.12/site-packages/shop/"),
    "another-folder": PLAIN.replace("/app/", "/srv/releases/20260302/backend/"),
    "relative-paths": PLAIN.replace("/app/", "./"),
    "twice": PLAIN + "restarting\n" + PLAIN,
    "notes": f"{PLAIN}A note that was added\nAnd another one\n",
}
