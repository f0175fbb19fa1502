"""Keeping the search index: whoever writes enterprises or tickets says which, and their tokens follow.

``index_enterprises(ids)`` belongs in every act that makes enterprises or changes a name, a code or a phone of theirs:
a set at a time, in the same transaction. Initials are kept with it. What a bulk load leaves out, and what somebody
forgot, ``index_lacking`` finds: the job search-index calls it, and `zhitongche init`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Table, exists, or_, select
from sqlalchemy.orm import aliased

from models.base import db
from models.bulk import Rows, among, update_rows, upsert_rows
from models.directory import Contact, Enterprise, EnterpriseName
from models.insight import EnterpriseSearch, TicketSearch
from models.tickets import Ticket
from operations.base import operation
from operations.directory.names import initials_of
from operations.insight.tokens import document, initials_tokens, number_tokens, phone_tokens, text_tokens

BATCH = 5000
COLUMNS = (
    Enterprise.id, Enterprise.name, Enterprise.short_name, Enterprise.initials, Enterprise.credit_code,
    Enterprise.contact_phone, Enterprise.version,
)


def index_enterprises(ids: Iterable[int]) -> int:
    """Write the initials and the tokens of these enterprises anew, in the running transaction; returns how many.

    A fixed number of statements for every 5,000. Flush before, so that what is new can be read. Who inserts many
    rows does well to give each its ``initials``: then no row of ``enterprises`` is written twice.
    """
    wanted, done = sorted(set(ids)), 0
    for first in range(0, len(wanted), BATCH):
        done += _index_batch(wanted[first : first + BATCH])
    return done


def index_ticket(ticket: Ticket) -> None:
    """Write the tokens of one ticket that is new."""
    _write(TicketSearch.__table__, [_ticket_row(ticket)], key="ticket_id", is_new=True)


@operation
def index_lacking(limit: int = BATCH) -> int:
    """补索引：up to ``limit`` enterprises without tokens or with outdated ones, and as many tickets. How many."""
    outdated = or_(EnterpriseSearch.version.is_(None), EnterpriseSearch.version != Enterprise.version)
    firms = select(Enterprise.id).outerjoin(EnterpriseSearch, EnterpriseSearch.enterprise_id == Enterprise.id)
    done = index_enterprises(db.session.scalars(firms.where(outdated).order_by(Enterprise.id).limit(limit)))
    has_tokens, proxy = exists().where(TicketSearch.ticket_id == Ticket.id), aliased(Ticket)
    is_proxy = exists().where(proxy.id == Ticket.id, proxy.counted_case_id.is_not(None))
    # The keys of a million tickets are gone through, and no ticket is read.
    lacking = db.session.scalars(
        select(Ticket.id).where(~has_tokens, ~is_proxy).order_by(Ticket.id).limit(limit)).all()
    written = select(Ticket.id, Ticket.subject, Ticket.content, Ticket.external_number).where(among(Ticket.id))
    rows = [_ticket_row(row) for row in db.session.execute(written, {"ids": lacking})] if lacking else []
    _write(TicketSearch.__table__, rows, key="ticket_id")
    return done + len(rows)


def index_all_lacking() -> int:
    """Everything that lacks its tokens, a batch a transaction. Returns how many rows were written."""
    done = 0
    while batch := index_lacking():
        done += batch
    return done


def _index_batch(ids: Sequence[int]) -> int:
    asked = {"ids": ids}
    firms = db.session.execute(select(*COLUMNS).where(among(Enterprise.id)), asked).all()
    former, phones = defaultdict(list), defaultdict(list)
    named = select(EnterpriseName.enterprise_id, EnterpriseName.name).where(among(EnterpriseName.enterprise_id))
    for enterprise_id, name in db.session.execute(named, asked):
        former[enterprise_id].append(name)
    called = select(Contact.enterprise_id, Contact.phone).where(among(Contact.enterprise_id))
    for enterprise_id, phone in db.session.execute(called.where(Contact.ended_at.is_(None)), asked):
        phones[enterprise_id].append(phone)
    _keep_initials(firms)
    rows = [_enterprise_row(firm, former.get(firm.id, ()), phones.get(firm.id, ())) for firm in firms]
    _write(EnterpriseSearch.__table__, rows, key="enterprise_id")
    return len(rows)


def _write(table: Table, rows: Rows, *, key: str, is_new: bool = False) -> None:
    """PostgreSQL keeps its index by itself; SQLite's forgets the old tokens of these rows and takes in the new ones."""
    connection, asked = db.session.connection(), {"ids": [row[key] for row in rows]}
    is_fts = connection.dialect.name == "sqlite"
    if is_fts and not is_new:
        connection.execute(_fts(table, key, forgets=True), asked)
    upsert_rows(connection, table, rows, key=key)
    if is_fts:
        connection.execute(_fts(table, key, forgets=False), asked)


@cache
def _fts(table: Table, key: str, *, forgets: bool) -> Any:
    words = sa.table(f"{table.name}_words", *(sa.column(name) for name in (f"{table.name}_words", "rowid", "tokens")))
    rows = select(table.c[key], table.c.tokens).where(among(table.c[key]))
    if forgets:
        rows = select(sa.literal("delete"), table.c[key], table.c.tokens).where(among(table.c[key]))
    return words.insert().from_select([f"{table.name}_words", "rowid", "tokens"][0 if forgets else 1 :], rows)


def _keep_initials(firms: Sequence[Any]) -> None:
    changed = [
        {"id": firm.id, "initials": initials} for firm in firms if (initials := initials_of(firm.name)) != firm.initials
    ]
    update_rows(db.session.connection(), Enterprise.__table__, changed)


def _enterprise_row(firm: Any, former: Sequence[str], phones: Sequence[str]) -> dict[str, Any]:
    tokens = text_tokens(" ".join((firm.name, firm.short_name, *former)))
    for name in (firm.name, *former):
        tokens += initials_tokens(initials_of(name))
    tokens += number_tokens("c", firm.credit_code)
    for phone in (firm.contact_phone, *phones):
        tokens += phone_tokens(phone)
    return {"enterprise_id": firm.id, "tokens": document(tokens), "version": firm.version}


def _ticket_row(ticket: Any) -> dict[str, Any]:
    tokens = text_tokens(f"{ticket.subject} {ticket.content}") + number_tokens("c", ticket.external_number)
    return {"ticket_id": ticket.id, "tokens": document(tokens)}
