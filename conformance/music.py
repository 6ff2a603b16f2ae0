"""The catalogue that the walkthroughs keep: a few hundred songs with everything an item can hold."""

import base64

from conformance.tables import Index, Schema

MUSIC = Schema(
    hash="Artist",
    range="SongTitle",
    types={"Year": "N"},
    indexes=(
        Index("singers-index", "SingerName", projection="KEYS_ONLY"),
        Index("genre-year-index", "Genre", "Year", projection=("AlbumTitle", "Awards")),
        Index("album-index", "Artist", "AlbumTitle", local=True),
    ),
)

_ARTISTS = {
    "No One You Know": ("Country", "Elena Marsh"),
    "The Acme Band": ("Rock", "Jonas Weir"),
    "Blue Harbour Trio": ("Jazz", None),
    "Ørsted & Söhne": ("Klezmer", "Mirjam Ørsted"),
    "Paper Lanterns": ("Folk", "Ivy Calloway"),
    "DJ Übermorgen": ("Electronic", None),
    "青い空": ("Pop", "Haruka Ito"),
    "The Second Shift": ("Rock", "Dana Okafor"),
    "Rosa dos Ventos": ("Fado", "Inês Duarte"),
    "Late Train Quartet": ("Jazz", "Walter Pym"),
}
_PLACES = ("Harbour", "Station", "Meadow", "Lighthouse", "Crossing")
_MOODS = ("Call Me", "Somewhere Near the", "Leaving the", "Letters From the", "Rain Over the")


def songs():
    """250 songs: ten artists, five albums each, five songs an album."""
    return [
        _song(artist, album, track)
        for artist in range(len(_ARTISTS))
        for album in range(len(_PLACES))
        for track in range(len(_MOODS))
    ]


def _song(artist, album, track):
    name = list(_ARTISTS)[artist]
    genre, singer = _ARTISTS[name]
    number = (artist * 5 + album) * 5 + track
    song = {
        "Artist": {"S": name},
        "SongTitle": {"S": f"{_MOODS[track]} {_PLACES[album]}"},
        "AlbumTitle": {"S": f"{_PLACES[album]} Songs, Vol. {album + 1}"},
        "Genre": {"S": genre},
        "Year": {"N": str(1968 + number * 7 % 55)},
        "Awards": {"N": str(number % 4)},
        "LengthSeconds": {"N": f"{141 + number * 13 % 190}.5"},
        "Live": {"BOOL": number % 9 == 0},
        "Tags": {"SS": sorted({genre.lower(), f"vol-{album + 1}", "remastered"})},
        "ChartPositions": {"NS": [str(place) for place in (1 + track, 20 + album, 100 + artist)]},
        "Credits": {
            "M": {
                "Producer": {"S": ("M. Tanaka", "R. Silva", "O. Brandt")[number % 3]},
                "Musicians": {"L": [{"S": "bass"}, {"N": str(2 + number % 4)}, {"NULL": True}]},
            }
        },
        "Fingerprint": {"B": base64.b64encode(fingerprint(number)).decode()},
    }
    # Instrumental music is in no singer's index, and a demo tape was on no album.
    if singer:
        song["SingerName"] = {"S": singer}
    if number % 11 == 0:
        del song["AlbumTitle"]
    return song


def fingerprint(number):
    """Bytes that are text, since the CLI takes binary values as text and encodes them itself."""
    return f"\t{number * 7919:08x}\n".encode()
