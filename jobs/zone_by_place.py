"""The time zone at a place on the map."""

from jobs import reading


def zone_at(latitude: float, longitude: float) -> str | None:
    """The tz database's name for a place in degrees, such as `Europe/London`; None at sea and off the map."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    # Its map takes memory that few processes need.
    import tzfpy  # noqa: PLC0415

    return reading.parse_zone(tzfpy.get_tz(longitude, latitude))
