"""What somebody wrote into an act: there at all, and no longer than its column."""

from operations.errors import BadInput


def ensure_said(words: str, sentence: str, *, most: int) -> str:
    """``words`` without blanks around them; BadInput: ``sentence`` for nothing, how many there are of too many."""
    said = words.strip()
    if not said:
        raise BadInput(sentence)
    if len(said) > most:
        raise BadInput(f"最多 {most} 字，现有 {len(said)} 字。")
    return said
