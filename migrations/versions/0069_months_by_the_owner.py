"""months by the owner: a month begins by a function, so that the site's account need not own what is cut."""

from alembic import op

revision = '0069'
down_revision = '0068'
branch_labels = None
depends_on = None

CUT = """
CREATE FUNCTION cut_at_month(growing text, uniquely text, is_kept boolean, border bigint, begun text,
                             OUT closed text, OUT opened text) LANGUAGE plpgsql AS $$
DECLARE lower_end text; is_empty boolean; BEGIN
SELECT p.relname, substring(pg_get_expr(p.relpartbound, p.oid) FROM 'FROM [(](.*)[)] TO') INTO STRICT closed, lower_end
  FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid
  WHERE i.inhparent = CAST(growing AS regclass) AND pg_get_expr(p.relpartbound, p.oid) LIKE '%TO (MAXVALUE)';
EXECUTE format('SELECT NOT EXISTS (SELECT FROM %I)', closed) INTO is_empty;
IF is_empty THEN closed := NULL; RETURN; END IF;
opened := growing || '_' || replace(begun, '-', '_');
EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', growing, closed);
EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', growing, closed, lower_end, border);
EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (MAXVALUE)', opened, growing, border);
IF is_kept THEN
  EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse()',
                 opened || '_not_emptied', opened);
END IF;
IF uniquely <> '' THEN
  EXECUTE format('CREATE UNIQUE INDEX %I ON %I (%I)', 'uq_' || opened || '_' || uniquely, opened, uniquely);
END IF;
END $$
"""
# A partition that is referred to cannot be taken out: the reference is made anew, ``settle_months`` has it checked.
# Whoever comes meanwhile waits behind us: shorter than the second after which deadlocks are looked for, so that it is
# never somebody's act that is given up.
BEGIN = """
CREATE FUNCTION begin_month(begun text, told_until timestamptz) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '900ms' AS $$
DECLARE seq_from bigint; ticket_from integer; notice_from integer; log_cut record; told_cut record; BEGIN
IF begun !~ '^[0-9]{4}-[0-9]{2}$' THEN RAISE EXCEPTION '% is no month', begun; END IF;
LOCK TABLE events, event_words, notices, deliveries IN ACCESS EXCLUSIVE MODE;
IF EXISTS (SELECT FROM months WHERE month >= begun) THEN RETURN false; END IF;
SELECT coalesce(max(seq), 0) + 1, coalesce(max(ticket_id), 0) + 1 INTO seq_from, ticket_from FROM events;
SELECT coalesce(max(id), 0) + 1 INTO notice_from FROM notices;
log_cut := cut_at_month('events', 'prev', true, seq_from, begun);
IF log_cut.opened IS NOT NULL THEN
  EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (seq <> %s OR prev = %L)', log_cut.opened,
                 'ck_' || log_cut.opened || '_follows', seq_from, (SELECT hash FROM events WHERE seq = seq_from - 1));
END IF;
PERFORM cut_at_month('event_words', '', true, seq_from, begun);
ALTER TABLE deliveries DROP CONSTRAINT fk_deliveries_notice_id;
told_cut := cut_at_month('notices', 'dedup_key', false, notice_from, begun);
IF told_cut.opened IS NOT NULL THEN
  EXECUTE format('CREATE TRIGGER %I BEFORE INSERT ON %I FOR EACH ROW WHEN (NEW.created_at < %L) '
                 'EXECUTE FUNCTION told_before(%L)', told_cut.opened || '_told_before', told_cut.opened, told_until,
                 told_cut.closed);
END IF;
ALTER TABLE deliveries ADD CONSTRAINT fk_deliveries_notice_id FOREIGN KEY (notice_id) REFERENCES notices (id) NOT VALID;
INSERT INTO months (month, first_seq, first_ticket_id, first_notice_id)
  VALUES (begun, seq_from, ticket_from, notice_from);
RETURN true;
END $$
"""
# The planner looks at partitions by itself, at their whole never.
SETTLE = """
CREATE FUNCTION settle_months() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN ALTER TABLE deliveries VALIDATE CONSTRAINT fk_deliveries_notice_id; ANALYZE events, event_words, notices; END $$
"""


def upgrade() -> None:
    """Forward."""
    if op.get_bind().dialect.name == "postgresql":
        for function in (CUT, BEGIN, SETTLE):
            op.execute(function)
        op.execute("REVOKE ALL ON FUNCTION begin_month(text, timestamptz), settle_months() FROM PUBLIC")


def downgrade() -> None:
    """Back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION begin_month(text, timestamptz), settle_months(), cut_at_month")
