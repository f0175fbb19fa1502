"""登记簿: extensions, the ledger, instructions, consultations and results kept in time, each with list, sheet, figures."""
