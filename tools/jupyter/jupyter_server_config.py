"""What `make lab` adds to the configuration of JupyterLab's server: pictures without a wait.

The server leaves Nagle's algorithm on for the websocket between the kernel and the page. A small message then waits
until the one before it is acknowledged, up to 40 ms, and a slider's answer is a row of small messages and a picture.
`make bench` prints what switching it off brings. Where the class that is changed here looks different, nothing is
changed and nothing is lost but the gain.
"""

from contextlib import suppress

with suppress(ImportError, AttributeError):
    from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

    _open = KernelWebsocketHandler.open

    async def _open_without_delay(self, *arguments, **options):
        with suppress(Exception):
            self.set_nodelay(True)
        await _open(self, *arguments, **options)

    KernelWebsocketHandler.open = _open_without_delay
