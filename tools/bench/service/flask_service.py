"""POST /predict as such services are mostly written: Flask, Pillow, numpy, onnxruntime, under waitress.
Usage: flask_service.py MODEL LABELS.json THREADS_OF_WAITRESS THREADS_OF_ONNXRUNTIME (0: its own choice).
With 0 threads of waitress gunicorn runs it, a process a core. Prints the port that it listens at. The rival of `npm run bench -- service`; same model, same preprocessing, same answer."""
import json
import logging
import os
import sys
from pathlib import Path

# onnxruntime reads this as it is loaded; its telemetry is on without it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime
from flask import Flask, jsonify, request
from preprocess import decode, first_three, preprocess

MODEL, LABELS, THREADS, INTRA = sys.argv[1], json.loads(Path(sys.argv[2]).read_text()), int(sys.argv[3]), int(sys.argv[4])
options = onnxruntime.SessionOptions()
if INTRA > 0:
    options.intra_op_num_threads = INTRA
session = None if THREADS == 0 else onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])
app = Flask(__name__)


@app.post("/predict")
def predict():
    file = request.files.get("file")
    if file is None:
        return jsonify(error='no file in the field "file"'), 400
    try:
        image = decode(file.read())
    except OSError:
        return jsonify(error="no picture"), 400
    logits = session.run(["logits"], {"input": preprocess(image)})[0][0]
    return jsonify(first_three(logits, LABELS))


if THREADS == 0:
    import socket

    from gunicorn.app.base import BaseApplication

    # Loaded again in each process: threads of onnxruntime do not outlive a fork. Of gunicorn's kinds of process, gthread alone keeps connections.
    class Application(BaseApplication):
        def load_config(self):
            free = socket.socket()
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
            free.close()
            for name, value in {"bind": f"127.0.0.1:{self.port}", "workers": os.cpu_count(), "worker_class": "gthread", "threads": 1, "keepalive": 30, "loglevel": "error", "post_fork": self.load_session, "when_ready": lambda _server: print(self.port, flush=True)}.items():
                self.cfg.set(name, value)

        def load_session(self, _server, _worker):
            global session
            session = onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])

        def load(self):
            return app

    sys.argv = sys.argv[:1]
    Application().run()
else:
    from waitress.server import create_server

    # It warns of each request that waits.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS, connection_limit=200)
    print(server.effective_port, flush=True)
    server.run()
