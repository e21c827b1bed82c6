"""JupyterLab and Chromium as a reader has them, for the browser test and the benchmark.

Chromium is driven by the DevTools protocol, and without its network domain: a client that records what goes over the
wire halves the frame rate that it measures.
"""

import base64
import itertools
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ROOT = Path(__file__).resolve().parents[1]


def find_chromium() -> str | None:
    """Return the path of a Chromium, or None where there is none."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until(condition, seconds: float, what: str, pause: float = 0.05):
    """Return the first true value of ``condition()``; raise TimeoutError that says ``what`` was waited for."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:g} s for {what}")
        time.sleep(pause)


def stop(process: subprocess.Popen) -> None:
    """End a process, by force if it does not end by itself."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Lab:
    """JupyterLab on a free port of this machine, with a token, serving ``folder``; a context manager.

    ``without`` names an extension of the page that is to be left out.
    """

    def __init__(self, folder: Path, config_path: Path | None = None, without: str = ""):
        self.folder, self.config_path, self.without = folder, config_path, without
        self.token, self.port = secrets.token_hex(16), free_port()

    def __enter__(self):
        self._home = tempfile.TemporaryDirectory()
        home = Path(self._home.name)
        # Every cell in the page, also one that is scrolled out of sight; and no question about news, of which the
        # configuration of `make lab` takes care.
        if not self.config_path:
            self._set(home, "apputils-extension/notification", fetchNews="false", checkForUpdates=False)
        self._set(home, "notebook-extension/tracker", windowingMode="none")
        own = {
            name: str(home / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
        }
        left_out = home / "jupyter_config_dir" / "labconfig" / "page_config.json"
        left_out.parent.mkdir(parents=True)
        left_out.write_text(json.dumps({"disabledExtensions": {self.without: True} if self.without else {}}), "utf-8")
        own |= {"JUPYTERLAB_SETTINGS_DIR": str(home / "lab" / "user-settings")}
        own |= {"JUPYTERLAB_WORKSPACES_DIR": str(home / "lab" / "workspaces")}
        if self.config_path:
            own["JUPYTER_CONFIG_PATH"] = str(self.config_path)
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={self.port}"]
        command += [f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.folder}"]
        if os.geteuid() == 0:
            command.append("--allow-root")
        self._log = (home / "log").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(command, env=os.environ | own, stdout=self._log, stderr=self._log)
        try:
            wait_until(self._answers, 180, f"JupyterLab:\n{(home / 'log').read_text('utf-8')}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def _set(self, home: Path, plugin: str, **settings) -> None:
        path = home / "lab" / "user-settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), "utf-8")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/status?token={self.token}", timeout=5):
                return True
        except OSError:
            return False

    def url(self, notebook: str) -> str:
        """Return the address of ``notebook`` in a fresh workspace."""
        return f"http://127.0.0.1:{self.port}/lab/workspaces/{secrets.token_hex(4)}/tree/{notebook}?token={self.token}&reset"

    def __exit__(self, *_):
        stop(self._process)
        self._log.close()
        self._home.cleanup()


class Page:
    """One page of a headless Chromium; a context manager."""

    def __init__(self, width: int = 1280, height: int = 1000, pixel_ratio: float = 1.0):
        self.size = (width, height, pixel_ratio)
        self._ids = itertools.count(1)
        self._socket: websocket.WebSocket | None = None
        self.complaints: list[str] = []  # errors of the console and exceptions of the page

    def __enter__(self):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
        flags += ["--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0"]
        flags += [f"--user-data-dir={self._profile.name}", "about:blank"]
        self._process = subprocess.Popen(
            [find_chromium(), *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            port_file = Path(self._profile.name) / "DevToolsActivePort"
            wait_until(lambda: port_file.exists() and port_file.read_text("utf-8").count("\n"), 30, "Chromium")
            port = port_file.read_text("utf-8").split()[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                target = next(one for one in json.load(answer) if one["type"] == "page")
            # Chromium's UTF-8 is UTF-8; to validate a picture of it, in Python, takes ten times as long as to paint it.
            self._socket = websocket.create_connection(
                target["webSocketDebuggerUrl"], suppress_origin=True, timeout=60, skip_utf8_validation=True
            )
            for domain in ("Page", "Runtime", "Log"):
                self.send(f"{domain}.enable")
            width, height, ratio = self.size
            self.send(
                "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=ratio, mobile=False
            )
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._socket:
            self._socket.close()
        stop(self._process)
        self._profile.cleanup()

    def send(self, method: str, **parameters) -> dict:
        """Send a command and return its result; what the page says meanwhile is listened to."""
        number = self._post(method, **parameters)
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            self._hear(message)

    def _post(self, method: str, **parameters) -> int:
        """Send a command, do not wait for its result, and return its number."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        return number

    def _hear(self, message: dict) -> None:
        told, what = message.get("method"), message.get("params", {})
        if told == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(what["exceptionDetails"])[:2000])
        elif told == "Runtime.consoleAPICalled" and what["type"] in ("error", "assert"):
            self.complaints.append(" ".join(str(one.get("value", one.get("description"))) for one in what["args"]))
        elif told == "Log.entryAdded" and what["entry"]["level"] == "error":
            self.complaints.append(f"{what['entry']['text']} {what['entry'].get('url', '')}")

    def evaluate(self, script: str):
        """Return the value of a JavaScript expression; a promise is awaited."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, script: str, what: str, seconds: float = 30):
        """Return the first true value of a JavaScript expression."""
        return wait_until(lambda: self.evaluate(script), seconds, what)

    def painted_frames(self) -> None:
        """Wait until what is asked for has been painted."""
        frame = "await new Promise(requestAnimationFrame);"
        self.evaluate(f"(async () => {{ {4 * frame} return true }})()")

    def mouse(self, kind: str, x: float, y: float, **more) -> None:
        """Move, press or release the mouse: ``kind`` is mouseMoved, mousePressed or mouseReleased."""
        self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def drag(
        self, start: tuple[float, float], end: tuple[float, float], seconds: float = 1.0, rate: float = 60
    ) -> None:
        """Press at ``start``, move to ``end`` at ``rate`` events a second whether the page keeps up or not, let go."""
        self.mouse("mouseMoved", *start)
        self.mouse("mousePressed", *start, button="left", buttons=1, clickCount=1)
        n_moves = round(seconds * rate)
        began = time.perf_counter()
        for move in range(1, n_moves + 1):
            share = move / n_moves
            at = {"x": start[0] + share * (end[0] - start[0]), "y": start[1] + share * (end[1] - start[1])}
            self._post("Input.dispatchMouseEvent", type="mouseMoved", button="left", buttons=1, **at)
            time.sleep(max(0.0, began + move / rate - time.perf_counter()))
        self.mouse("mouseReleased", *end, button="left", clickCount=1)

    def click(self, x: float, y: float) -> None:
        """Click with the left button."""
        for kind in ("mousePressed", "mouseReleased"):
            self.mouse(kind, x, y, button="left", buttons=1, clickCount=1)

    def key(self, name: str, code: int, **more) -> None:
        """Press and release the key ``name`` with the virtual key code ``code``."""
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code, **more)

    def type(self, text: str) -> None:
        """Type ``text`` over what is selected, and press Enter."""
        self.send("Input.insertText", text=text)
        self.key("Enter", 13, text="\r")

    def middle(self, element: str) -> tuple[float, float]:
        """Return where the middle of a JavaScript ``element`` is seen."""
        x, y = self.evaluate(
            f"(box => [box.left + box.width / 2, box.top + box.height / 2])({element}.getBoundingClientRect())"
        )
        return x, y

    def open_notebook(self, lab: "Lab", notebook: str) -> None:
        """Open ``notebook`` in JupyterLab and wait until its kernel is ready."""
        self.send("Page.navigate", url=lab.url(notebook))
        cell = "document.querySelector('.jp-Notebook .jp-CodeCell .cm-content')"
        self.wait_for(f"!!{cell}", "the notebook", 180)
        # The status bar tells of the kernel only when the notebook has the focus, and a run asked for before the kernel
        # is ready opens a dialog.
        ready = "document.querySelector('#jp-main-statusbar').textContent.includes('| Idle')"

        def focused():
            if self.evaluate(f"!!{cell}"):
                self.click(*self.middle(cell))
            return self.evaluate(ready)

        wait_until(focused, 180, "the kernel", pause=0.3)

    def run_all(self, waits: bool = True) -> None:
        """Run all cells by the menu and, if it ``waits``, wait until the last one is done."""
        self._choose(".lm-MenuBar-itemLabel", "Run")
        self.wait_for("!!document.querySelector('.lm-Menu-itemLabel')", "the menu")
        self._choose(".lm-Menu-itemLabel", "Run All Cells")
        if not waits:
            return
        prompts = "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(one => one.textContent)"
        self.wait_for(f"{prompts}.some(text => text.includes('*'))", "the first cell to run")
        self.wait_for(f"!{prompts}.some(text => text.includes('*'))", "the last cell to run", 180)

    def _choose(self, selector: str, words: str) -> None:
        item = f"[...document.querySelectorAll('{selector}')].find(one => one.textContent === '{words}')"
        place = self.middle(item)
        self.mouse("mouseMoved", *place)
        self.click(*place)

    def screenshot(self, path: Path) -> None:
        """Write what is seen to ``path``."""
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))
