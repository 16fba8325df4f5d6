"""A strict stand-in of VK for the messages of one community."""

from .people import Person
from .server import CONFIRMATION_CODE, Vk

__all__ = ["CONFIRMATION_CODE", "Person", "Vk"]
