"""What passes between stewards and enterprises."""

from models.engagement.interactions import Interaction, InteractionKind

__all__ = ["Interaction", "InteractionKind"]
