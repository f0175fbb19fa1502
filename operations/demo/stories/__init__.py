"""What happened in the demonstration city. All people, firms and events are invented."""

from operations.demo.stories import after, early, handling, late, polished, refused, registers, ruled, talks

STORIES = (
    *after.STORIES, *late.STORIES, *handling.STORIES, *refused.STORIES, *ruled.STORIES, *registers.STORIES,
    *polished.STORIES, *early.STORIES,
)
TALKS, LINES, CIRCULARS = (*talks.TALKS, *polished.TALKS), talks.LINES, talks.CIRCULARS
