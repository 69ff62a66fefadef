# Makes the bundle on Windows: dist\clerk-VERSION-windows-amd64.zip with SHA256SUMS and the list of components.
#
#   powershell -ExecutionPolicy Bypass -File build\windows\bundle.ps1 [-Python py]
#
# Needs Python 3.11 or newer (64 bit) and git; nothing else is installed but what the locked lists name, in .bundle\venv.
# CLERK_SIGN_COMMAND, where it is set, signs: it is run with the path of clerk.exe as its last word before anything is packed, as
#   set CLERK_SIGN_COMMAND=signtool sign /fd sha256 /tr http://timestamp.example /td sha256 /a
# CLERK_RELEASE_ROOT names the root of trust for updates (root.json), which then goes into the bundle.
[CmdletBinding()]
param([string]$Python = 'py')

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function Invoke-Step {
    param([string]$Program, [string[]]$Words)
    & $Program @Words
    if ($LASTEXITCODE -ne 0) { throw "$Program $($Words -join ' '): $LASTEXITCODE" }
}

$root = (Resolve-Path (Join-Path $PSScriptRoot '..\..')).Path
$venv = Join-Path $root '.bundle\venv'
$lock = Join-Path $root 'requirements-bundle.lock'
$made = Join-Path $venv '.tools'
$inside = Join-Path $venv 'Scripts\python.exe'

# Made anew when the list changes: what is installed is what can get into the bundle.
$known = (Test-Path $made) -and ((Get-Content $made -Raw).Trim() -eq (Get-FileHash $lock -Algorithm SHA256).Hash)
if (-not $known) {
    if (Test-Path $venv) { Remove-Item $venv -Recurse -Force }
    Invoke-Step $Python @('-m', 'venv', $venv)
    Invoke-Step $inside @('-m', 'pip', '--disable-pip-version-check', '-qq', 'install', '--no-deps', '--require-hashes', '-r', $lock)
    (Get-FileHash $lock -Algorithm SHA256).Hash | Set-Content $made
}

Invoke-Step $inside @((Join-Path $root 'build\bundle.py'))
