"""What every unit is kept from (systemd.exec, "Sandboxing")."""

from __future__ import annotations

# Seen by `systemd-analyze security`. Python makes no memory that is both writable and
# executable, and none of our programs starts one with more rights.
SANDBOX = (
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "DevicePolicy=closed",
    "ProtectHostname=yes",
    "ProtectClock=yes",
    "ProtectKernelTunables=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelLogs=yes",
    "ProtectControlGroups=yes",
    "ProtectProc=invisible",
    "ProcSubset=pid",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "MemoryDenyWriteExecute=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
    # Verdicts lie in shared memory; they go with the last unit of the account.
    "RemoveIPC=yes",
    "KeyringMode=private",
    "UMask=0077",
)
# Nginx lowers its workers' limit of open files, which is among the resources.
NGINX_CALLS = ("SystemCallFilter=~@privileged",)
SETUP_CALLS = ("SystemCallFilter=~@privileged @resources",)
# gunicorn gives its socket to the account it has already.
SERVER_CALLS = (*SETUP_CALLS, "SystemCallFilter=@chown")
