"""Groups: who leads, who belongs, the series of meetings and its topics."""
