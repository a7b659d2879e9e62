"""Facts about hardware and software, each with source and date. Data files plus a typed loader; pure."""
