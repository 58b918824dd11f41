"""A server on a device that a test of a load generator answers with."""

import threading
from typing import Self

from sluicelab import packets
from sluicelab.cpe import Tap
from sluicelab.namespace import Namespace


class TapServer:
    """Takes every frame of a device in a thread of its own, from entering to leaving."""

    def __init__(self, namespace: Namespace, device: str) -> None:
        self._tap = Tap(namespace, device)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=type(self).__name__)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        self._tap.close()

    def _serve(self) -> None:
        while not self._end.is_set():
            data = self._tap.receive(0.05)
            if data is not None:
                self._answer(packets.Frame.decode(data))

    def _answer(self, frame: packets.Frame) -> None:
        raise NotImplementedError
