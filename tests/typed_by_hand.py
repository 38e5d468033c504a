"""Commands of the documents that the tests do not type, and how each was seen to be right, or that it was not."""

NOT_RUN = {
    "It changes the machine. Typed line by line in a bare Debian 12 (a chroot), which ended well.": (
        "apt update && apt install -y git make python3 python3-venv",
        "git clone https://example.org/infusion-diary.git /opt/infusion-diary",
        "useradd --system --home-dir /var/lib/infusion-diary --shell /usr/sbin/nologin infusion-diary",
        "install -d -o infusion-diary -g infusion-diary -m 700 /var/lib/infusion-diary",
        "install -m 755 /opt/infusion-diary/docs/install/infusion-diary /usr/local/bin/infusion-diary",
        "install -o infusion-diary -g infusion-diary -m 600 /opt/infusion-diary/.env.example"
        " /var/lib/infusion-diary/.env",
    ),
    "There was no systemd to type it to; `systemd-analyze verify` finds nothing wrong with the unit.": (
        "install -m 644 /opt/infusion-diary/docs/install/infusion-diary.service"
        " /etc/systemd/system/infusion-diary.service",
        "systemctl daemon-reload",
        "systemctl enable --now infusion-diary",
        "systemctl status infusion-diary",
        "journalctl --unit infusion-diary --follow",
        "systemctl stop infusion-diary",
        "systemctl start infusion-diary",
        "systemctl disable --now infusion-diary",
    ),
    "It takes the machine's own things away, or needs a clone with something newer to fetch. Read, not typed.": (
        "git -C /opt/infusion-diary log -1 --format=%H",
        "git -C /opt/infusion-diary pull",
        "rm -r /var/lib/infusion-diary /opt/infusion-diary /usr/local/bin/infusion-diary"
        " /etc/systemd/system/infusion-diary.service",
        "userdel infusion-diary",
    ),
    "It needs a PostgreSQL of the machine's own. The tests use one from a package: tests/postgres.py.": (
        "apt install -y postgresql",
        "runuser -u postgres -- createuser infusion-diary",
        "runuser -u postgres -- createdb --owner infusion-diary infusion-diary",
        'pg_dump --format=custom --file=diary-$(date -u +%Y%m%dT%H%M%SZ).dump "$DATABASE_URL"',
    ),
    "There was no container engine to type it to. The steps that its files take were run by hand.": (
        "cd /opt/infusion-diary/docs/install",
        "chown 10001 secrets/database_url secrets/telegram_bot_token && chmod 400 secrets/*",
        "docker compose build",
        "docker compose run --rm bot migrate",
        'docker compose run --rm bot invite --team "Neuromuscular clinic" --role coordinator --zone Europe/London',
        "docker compose up --detach",
        "docker compose exec bot /opt/infusion-diary/.venv/bin/python -m bot doctor",
    ),
    "It asks a bot that runs at that port. tests/bot/watching asks one the same.": (
        "curl --silent http://127.0.0.1:8081/lights",
        "curl -s http://127.0.0.1:8081/lights",
    ),
    "It takes long, or writes into the tree. Typed by hand, the first in a smaller form.": (
        ".venv/bin/python -m tests.simulate --diaries 3000 --write docs/method.md",
        ".venv/bin/python -m tests.pictures",
        ".venv/bin/python -m pytest -q -n 1 tests/storage tests/jobs/own_data",
    ),
}
