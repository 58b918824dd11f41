"""The operator's side on the management network: Redis and PostgreSQL, beside FreeRADIUS (radius.py)."""

import pathlib

import psycopg2
import psycopg2.extras
import redis

from sluicelab.namespace import Namespace, Process, link, run
from sluicelab.topology import Topology
from sluicelab.waiting import eventually

DEVICE = "eth0"
STREAM = "bng_events"


def as_user(account: str) -> list[str]:
    """The words before a command that is to run as this account."""
    return ["setpriv", f"--reuid={account}", f"--regid={account}", "--clear-groups"]


class RedisServer:
    """Redis with every write on disk before its answer, so that a stop loses nothing that was acknowledged."""

    def __init__(self, namespace: Namespace, directory: pathlib.Path, address: str, port: int, secret: str) -> None:
        self._namespace = namespace
        self._directory = directory
        self._socket = directory / "redis.sock"
        self._settings = (
            f"bind {address}\nport {port}\nunixsocket {self._socket}\nunixsocketperm 700\ndir {directory}\n"
            f'requirepass {secret}\nsave ""\nappendonly yes\nappendfsync always\ndaemonize no\n'
        )
        self._client = redis.Redis(unix_socket_path=str(self._socket), password=secret, decode_responses=True)
        self._process: Process | None = None

    def configure(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        (self._directory / "redis.conf").write_text(self._settings)
        run("chown", "-R", "redis:redis", self._directory)
        run("chmod", "-R", "u=rwX,go=", self._directory)

    def start(self) -> None:
        self._process = self._namespace.start(
            *as_user("redis"), "redis-server", self._directory / "redis.conf", log=self._directory / "redis.log"
        )
        eventually(self._answers, 15, "Redis answers")

    def stop(self) -> None:
        self._process.stop()

    def events(self) -> list[dict[str, str]]:
        """The whole event stream, oldest first."""
        return [fields for _, fields in self._client.xrange(STREAM)]

    def _answers(self) -> bool:
        try:
            return self._client.ping()
        except redis.ConnectionError:
            return False


class PostgresServer:
    """PostgreSQL with the database of the OSS."""

    def __init__(
        self, namespace: Namespace, directory: pathlib.Path, address: str, port: int, database: str, user: str, secret: str
    ) -> None:  # fmt: skip
        self._namespace = namespace
        self._directory = directory
        self._data = directory / "data"
        self._listen = (address, port)
        self._database = database
        self._user = user
        self._secret = secret
        self._process: Process | None = None

    def configure(self) -> None:
        """Makes the cluster: passwords over the network, the socket's directory for the lab itself."""
        self._directory.mkdir(parents=True, exist_ok=True)
        secret = self._directory / "secret"
        secret.write_text(self._secret)
        run("chown", "-R", "postgres:postgres", self._directory)
        run("chmod", "-R", "u=rwX,go=", self._directory)
        run(*as_user("postgres"), _binary("initdb"), "-D", self._data, "-U", self._user, f"--pwfile={secret}",
            "--auth-local=trust", "--auth-host=scram-sha-256", "--locale=C", "--encoding=UTF8", "--no-sync")  # fmt: skip
        with (self._data / "pg_hba.conf").open("a") as access:
            access.write("host all all samenet scram-sha-256\n")

    def start(self) -> None:
        """Starts the server, and makes the database when it is not there."""
        address, port = self._listen
        self._process = self._namespace.start(
            *as_user("postgres"), _binary("postgres"), "-D", self._data, "-k", self._directory,
            "-h", address, "-p", str(port), "-c", "max_connections=50",
            log=self._directory / "postgresql.log",
        )  # fmt: skip
        eventually(self._answers, 30, "PostgreSQL answers")
        if not self.query("SELECT 1 AS one FROM pg_database WHERE datname = %s", self._database, database="postgres"):
            run(_binary("createdb"), "-h", self._directory, "-p", str(port), "-U", self._user, self._database)

    def stop(self) -> None:
        """A fast shutdown: clients are cut off, what was committed stays."""
        run(*as_user("postgres"), _binary("pg_ctl"), "-D", self._data, "-m", "fast", "-w", "stop")
        self._process.wait(10)

    def query(self, statement: str, *values: object, database: str | None = None) -> list[dict]:
        """The rows of one statement, by column name."""
        connection = psycopg2.connect(
            host=str(self._directory), port=self._listen[1], user=self._user, dbname=database or self._database
        )
        try:
            with connection, connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
                cursor.execute(statement, values)
                return [dict(row) for row in cursor.fetchall()] if cursor.description else []
        finally:
            connection.close()

    def table(self, name: str) -> list[dict]:
        """Every row of a table; none while nobody has made it yet."""
        (found,) = self.query("SELECT to_regclass(%s) IS NOT NULL AS there", name)
        return self.query(f"SELECT * FROM {name}") if found["there"] else []

    def _answers(self) -> bool:
        try:
            return bool(self.query("SELECT 1 AS one", database="postgres"))
        except psycopg2.OperationalError:
            return False


class Oss:
    """Namespace `sl-oss` with Redis and PostgreSQL; FreeRADIUS is put into it by the lab."""

    def __init__(self, topology: Topology, directory: pathlib.Path, redis_secret: str, postgresql_secret: str) -> None:
        plan = topology.oss
        self.namespace = Namespace("sl-oss")
        self._address = plan.address
        address = str(plan.address.ip)
        self.redis = RedisServer(self.namespace, directory / "redis", address, plan.redis_port, redis_secret)
        self.postgresql = PostgresServer(
            self.namespace, directory / "postgresql", address, plan.postgresql_port, plan.database, plan.user,
            postgresql_secret,
        )  # fmt: skip

    def create(self, gateway: Namespace, device: str) -> None:
        self.namespace.create()
        link(self.namespace, DEVICE, gateway, device)
        self.namespace.ip("address", "add", str(self._address), "dev", DEVICE)

    def start(self) -> None:
        for server in (self.redis, self.postgresql):
            server.configure()
            server.start()

    def delete(self) -> None:
        if self.namespace.path.exists():
            self.namespace.delete()


def _binary(name: str) -> pathlib.Path:
    """A program of the newest PostgreSQL on this machine."""
    found = sorted(
        pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parent.parent.name)
    )
    if not found:
        raise FileNotFoundError(f"no PostgreSQL below /usr/lib/postgresql has {name}")
    return found[-1]
