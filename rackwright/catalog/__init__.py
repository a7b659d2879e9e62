"""Facts about hardware and software, each with source and date. Data files plus a typed loader; pure."""

from rackwright.catalog.load import Catalog, load_catalog
from rackwright.catalog.model import Gpu, Machine, Price, Source

__all__ = ["Catalog", "Gpu", "Machine", "Price", "Source", "load_catalog"]
