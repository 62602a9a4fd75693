from pathlib import Path

import pytest

from tests.support.arranging import program, write

SHOP = (
    "shop.api.views -> shop.services.orders",
    "shop.api.urls -> shop.api.views",
    "shop.api -> shop.api.urls",
    "shop.services.orders -> shop.models.order",
    "shop.services.orders -> shop.services.mail",
    "shop.services.mail -> shop.util",
    "shop.models.order -> shop.models.user",
    "shop.models.order -> shop.util",
    "shop.models.user -> shop.models.order",
    "shop.models.user -> shop.util",
    "shop.models.user -> sqlalchemy",
    "shop.util -> shop.api",
    "shop.extra",
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    program(tmp_path, *SHOP)
    write(
        tmp_path,
        {
            "shop/models/user.py": "from typing import TYPE_CHECKING\n\nimport sqlalchemy\n\n\nif TYPE_CHECKING:\n"
            "    from shop.models.order import Order\n\n\ndef link():\n    from shop.util import (\n        link,\n"
            "        absolute,  # two\n    )\n",
            "shop/models/order.py": "from . import user; from ..util import link\nimport shop.util\n",
        },
    )
    return tmp_path
