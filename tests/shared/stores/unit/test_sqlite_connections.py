"""Connections to one SQLite file: nobody waits for one, few are kept."""

from pathlib import Path

import pytest
from eventsourcing.persistence import ConnectionPoolClosedError
from eventsourcing.sqlite import SQLiteConnectionPool

from shared.stores.sqlite_connections import Pool

KEPT = 3


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    return Pool(SQLiteConnectionPool(db_name=str(tmp_path / "log.sqlite"), pool_size=KEPT))


def test_everybody_who_asks_at_once_has_one_and_few_are_kept(pool: Pool) -> None:
    """The library's pool would let fifteen in and the others wait for five seconds."""
    used = [pool.get_connection(is_writer=False) for _ in range(20)]
    assert len({id(connection) for connection in used}) == len(used)

    for connection in used:
        pool.put_connection(connection)

    assert [connection.closed for connection in used].count(False) == KEPT
    pool.close()
    assert all(connection.closed for connection in used)


def test_who_asks_next_has_the_one_that_was_put_back(pool: Pool) -> None:
    first = pool.get_connection(is_writer=True)
    pool.put_connection(first)

    assert pool.get_connection(is_writer=False) is first
    pool.put_connection(first)
    pool.close()


def test_a_closed_pool_gives_none_and_closes_what_comes_back(pool: Pool) -> None:
    used = pool.get_connection(is_writer=False)
    pool.close()

    assert not used.closed, "somebody reads with it"
    with pytest.raises(ConnectionPoolClosedError):
        pool.get_connection(is_writer=False)
    pool.put_connection(used)
    assert used.closed
