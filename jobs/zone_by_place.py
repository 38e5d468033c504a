"""The time zone at a place on the map."""

from jobs import reading

# Names without summer time, for ships.
AT_SEA = "Etc/"


def zone_at(latitude: float, longitude: float) -> str | None:
    """The tz database's name for a place in degrees, such as `Europe/London`; None at sea and off the map."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    # Its map takes memory that few processes need.
    import tzfpy  # noqa: PLC0415

    found = tzfpy.get_tz(longitude, latitude)
    return None if found.startswith(AT_SEA) else reading.parse_zone(found)
