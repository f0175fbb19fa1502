"""发送: what leaves the site. Queued with what happened, sent outside any transaction, each carrier for itself."""
