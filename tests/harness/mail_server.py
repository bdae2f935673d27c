"""A town's mail server for tests: aiosmtpd over TLS, for one user with a password.

Says on its first line where it listens. Each mail it takes becomes a file of the folder, in order.
"""

import argparse
import asyncio
import pathlib
import ssl

from aiosmtpd.smtp import SMTP, AuthResult


class Mailbox:
    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.taken = 0

    async def handle_DATA(self, server, session, envelope) -> str:
        self.taken += 1
        # Renamed once it is whole: whoever looks at the folder never reads half a mail.
        part = self.folder / f"{self.taken:03}.part"
        part.write_bytes(envelope.original_content)
        part.rename(part.with_suffix(".eml"))
        return "250 OK"


def authenticator(user: str, password: str):
    def judge(server, session, envelope, mechanism, data) -> AuthResult:
        good = (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=good, handled=False)

    return judge


async def main() -> None:
    arguments = argparse.ArgumentParser()
    for name in ["--certificate", "--key", "--folder", "--user", "--password"]:
        arguments.add_argument(name, required=True)
    arguments.add_argument("--from-the-first-byte", action="store_true", help="TLS without STARTTLS")
    told = arguments.parse_args()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(told.certificate, told.key)
    mailbox = Mailbox(pathlib.Path(told.folder))
    wrapped = told.from_the_first_byte

    def connection() -> SMTP:
        return SMTP(
            mailbox,
            hostname="mail.exemple.fr",
            tls_context=None if wrapped else tls,
            require_starttls=not wrapped,
            auth_required=True,
            # aiosmtpd does not see a TLS that was there before its first word.
            auth_require_tls=not wrapped,
            authenticator=authenticator(told.user, told.password),
        )

    server = await asyncio.get_running_loop().create_server(
        connection, "127.0.0.1", 0, ssl=tls if wrapped else None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
