"""POST /predict in LitServe, which puts pictures that wait together into one run of the network: up to 8, within 2 ms.
Usage: litserve_service.py MODEL LABELS.json WORKERS THREADS_OF_ONNXRUNTIME. Prints the port that it listens at. A rival of `npm run bench -- service`."""
import json
import os
import socket
import sys
from pathlib import Path

# onnxruntime reads this as it is loaded; its telemetry is on without it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import litserve
import numpy as np
import onnxruntime
from preprocess import decode, first_three, preprocess

MODEL, LABELS, WORKERS, INTRA = sys.argv[1], json.loads(Path(sys.argv[2]).read_text()), int(sys.argv[3]), int(sys.argv[4])


class Classifier(litserve.LitAPI):
    def setup(self, device):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = INTRA
        self.session = onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])

    def decode_request(self, request):
        return preprocess(decode(request["file"].file.read()))

    def batch(self, inputs):
        return np.concatenate(inputs)

    def predict(self, batch):
        return self.session.run(["logits"], {"input": batch})[0]

    def unbatch(self, output):
        return list(output)

    def encode_response(self, output):
        return first_three(output, LABELS)


if __name__ == "__main__":
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    server = litserve.LitServer(Classifier(max_batch_size=8, batch_timeout=0.002), accelerator="cpu", workers_per_device=WORKERS, timeout=60)
    print(port, flush=True)
    server.run(host="127.0.0.1", port=port, num_api_servers=1, log_level="error", generate_client_file=False)
