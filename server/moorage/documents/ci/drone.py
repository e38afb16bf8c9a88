"""Drone: the images of steps and services, also in the form of Drone 0.8.

Source: Drone's "YAML reference" (pipelines of type docker and kubernetes) and its guide to the earlier versions.
"""

from moorage.documents.ci.pipelines import read_pipeline
from moorage.documents.ci.steps import images
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.placeholders import BRACED
from moorage.documents.usage import Document, Slot
from moorage.documents.yaml.slots import slot_by_reading

FORMAT = "drone"


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a `.drone.yml`. Never raises."""
    return read_pipeline(path, FORMAT, text, images, BRACED)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)
