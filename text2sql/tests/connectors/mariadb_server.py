"""Debian's MariaDB on a free port of loopback, in a folder of the test run, with a certificate of its own."""

import datetime
import ipaddress
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pymysql
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from config.common.embedded import end_with_parent
from text2sql.connectors.base import Target
from text2sql.tests.connectors.relay import closed_port

_PROGRAM = "/usr/sbin/mariadbd"
_SMALL = (
    "--innodb-buffer-pool-size=16M",
    "--innodb-log-file-size=4M",
    "--key-buffer-size=1M",
    "--aria-pagecache-buffer-size=1M",
    "--performance-schema=OFF",
    "--max-connections=50",
    "--skip-log-bin",
    "--innodb-flush-log-at-trx-commit=0",
    "--skip-innodb-doublewrite",
    "--table-open-cache=400",
    "--skip-name-resolve",
)


def write_certificate(folder: Path) -> str:
    """`key.pem` and `cert.pem` for 127.0.0.1 and localhost, signed by itself; returns its PEM text."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test server")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder(
            name,
            name,
            key.public_key(),
            x509.random_serial_number(),
            now - datetime.timedelta(1),
            now + datetime.timedelta(1),
        )
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    text = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(text)
    return text.decode()


class MariadbServer:
    """The running server; `certificate` is what a client must trust."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port = folder, closed_port()
        self.certificate = write_certificate(folder)
        (folder / "my.cnf").write_text("[mysqld]\n" + "".join(f"{option[2:]}\n" for option in _SMALL))
        settings, data = f"--defaults-file={folder}/my.cnf", folder / "data"
        subprocess.run(
            [
                "mariadb-install-db",
                settings,
                "--user=root",
                f"--datadir={data}",
                "--skip-test-db",
                "--auth-root-authentication-method=normal",
                "--skip-name-resolve",
            ],
            check=True,
            capture_output=True,
        )
        self._process = subprocess.Popen(
            [
                _PROGRAM,
                settings,
                "--user=root",
                f"--datadir={data}",
                f"--socket={folder}/m.sock",
                f"--port={self.port}",
                "--bind-address=127.0.0.1",
                f"--pid-file={folder}/m.pid",
                f"--ssl-cert={folder}/cert.pem",
                f"--ssl-key={folder}/key.pem",
                f"--log-error={folder}/log",
            ],
            stdin=subprocess.DEVNULL,
            preexec_fn=end_with_parent(signal.SIGTERM),
        )
        self._wait()

    def connect(self, database: str | None = None) -> "pymysql.Connection[Any]":
        """As root, committing each statement."""
        return pymysql.connect(
            unix_socket=f"{self._folder}/m.sock", user="root", database=database, autocommit=True, charset="utf8mb4"
        )

    def target(self, database: str, username: str, password: str) -> Target:
        """One of its databases, by TCP."""
        return Target("mysql", "127.0.0.1", self.port, database, username, password, allows_private=True)

    def stop(self) -> None:
        """It keeps nothing."""
        self._process.kill()
        self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end and self._process.poll() is None:
            try:
                self.connect().close()
            except pymysql.OperationalError:
                time.sleep(0.02)
            else:
                return
        pytest.fail(f"MariaDB did not start: {(self._folder / 'log').read_text(errors='replace')[-2000:]}")


def why_not() -> str:
    """Why there is no MariaDB on this machine, or an empty text."""
    if not Path(_PROGRAM).exists() or shutil.which("mariadb-install-db") is None:
        return "MariaDB is not installed (mariadb-server-core)."
    return ""
