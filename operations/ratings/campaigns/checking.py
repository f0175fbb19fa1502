"""核对抽样: the draw done again from the seed and the stored contacts, by means of its own; anybody may do the same."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from models.base import db
from models.campaigns import Campaign, CampaignObject, CampaignStratum
from operations.ratings.campaigns.drawing import digest_of

Contact = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Check:
    """What the check found: how many contacts were gone through, and whether the same are drawn."""

    contact_count: int
    is_alike: bool


def check(campaign: Campaign) -> Check:
    """Draw again from what was kept; nothing is written."""
    contacts = contacts_of(campaign)
    lines = "".join(f"{one}:{firm}\n" for one, firm in sorted(drawn(campaign.seed, campaign.sample_size, contacts)))
    again = hashlib.sha256(lines.encode()).hexdigest()
    return Check(len(contacts), again == campaign.digest == digest_of(campaign)[0])


def contacts_of(campaign: Campaign) -> list[Contact]:
    """The contacts as they were when the campaign was drawn: object, enterprise, stratum."""
    rows = (
        select(CampaignStratum.object_id, CampaignStratum.stratum, CampaignStratum.contacts)
        .join(CampaignObject, CampaignObject.id == CampaignStratum.object_id)
        .where(CampaignObject.campaign_id == campaign.id)
    )
    return [(object_id, int(one), stratum) for object_id, stratum, ids in db.session.execute(rows)
            for one in ids.split(",")]


def drawn(seed: str, sample_size: int, contacts: Iterable[Contact]) -> set[tuple[int, int]]:
    """The pairs (object, enterprise) that the seed draws from these contacts (object, enterprise, stratum)."""
    held: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for object_id, enterprise_id, stratum in contacts:
        held[object_id][stratum].append(enterprise_id)
    found = set()
    for object_id, strata in held.items():
        for stratum, quota in _quotas(seed, sample_size, object_id, {name: len(of) for name, of in strata.items()}):
            lots = sorted((_lot(seed, object_id, one), one) for one in strata[stratum])
            found |= {(object_id, one) for _, one in lots[:quota]}
    return found


def _quotas(seed: str, sample_size: int, object_id: int, held: dict[str, int]) -> list[tuple[str, int]]:
    whole = sum(held.values())
    wanted = min(sample_size, whole)
    shares = {stratum: divmod(wanted * count, whole) for stratum, count in held.items()}
    left = wanted - sum(sure for sure, _ in shares.values())
    turns = sorted(held, key=lambda stratum: (-shares[stratum][1], _lot(seed, object_id, stratum)))
    return [(stratum, shares[stratum][0] + (turn < left)) for turn, stratum in enumerate(turns)]


def _lot(seed: str, object_id: int, what: int | str) -> bytes:
    return hashlib.sha256(f"{seed}:{object_id}:{what}".encode()).digest()
