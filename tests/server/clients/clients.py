"""Asks the service as programs of others do: tritonclient (JSON and binary), then KServe's own client.
Usage: clients.py URL MODEL PICTURE... Prints one line of JSON: what each saw."""
import asyncio
import base64
import json
import sys
from pathlib import Path

import numpy as np
import tritonclient.http as triton
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

URL, MODEL, *PATHS = sys.argv[1:]
PICTURES = [Path(path).read_bytes() for path in PATHS]
seen = {}

client = triton.InferenceServerClient(URL.removeprefix("http://"))
seen["live"], seen["ready"], seen["modelReady"] = client.is_server_live(), client.is_server_ready(), client.is_model_ready(MODEL)
seen["server"] = client.get_server_metadata()["name"]
metadata = client.get_model_metadata(MODEL)
seen["platform"] = metadata["platform"]
seen["inputs"] = [entry["name"] for entry in metadata["inputs"]]

pictures = np.array(PICTURES, dtype=np.object_)
answers = []
for binary in (True, False):
    given = triton.InferInput("image", [len(PICTURES)], "BYTES")
    if binary:
        given.set_data_from_numpy(pictures)
    else:
        given.set_data_from_numpy(np.array([base64.b64encode(picture) for picture in PICTURES], dtype=np.object_), binary_data=False)
    wanted = [triton.InferRequestedOutput("probabilities", binary_data=binary), triton.InferRequestedOutput("logits", binary_data=binary)]
    answers.append(client.infer(MODEL, [given], outputs=wanted, request_id="seven"))
seen["id"] = answers[0].get_response()["id"]
probabilities = [answer.as_numpy("probabilities") for answer in answers]
seen["shape"] = list(probabilities[0].shape)
seen["sameInJson"] = bool(np.array_equal(*probabilities))
seen["top"] = [int(i) for i in probabilities[0].argmax(axis=1)]
logits = answers[0].as_numpy("logits")
softmax = np.exp(logits - logits.max(axis=1, keepdims=True))
seen["softmaxDifference"] = float(np.abs(softmax / softmax.sum(axis=1, keepdims=True) - probabilities[0]).max())

given = triton.InferInput("image", [len(PICTURES)], "BYTES")
given.set_data_from_numpy(pictures)
classes = client.infer(MODEL, [given], outputs=[triton.InferRequestedOutput("probabilities", class_count=2)]).as_numpy("probabilities")
seen["classes"] = [[entry.decode() for entry in row] for row in classes]

side = metadata["inputs"][1]["shape"][2]
tensor = np.random.default_rng(7).normal(size=(2, 3, side, side)).astype(np.float32)
given = triton.InferInput("input", list(tensor.shape), "FP32")
given.set_data_from_numpy(tensor)
together = client.infer(MODEL, [given]).as_numpy("logits")
given = triton.InferInput("input", [1, *tensor.shape[1:]], "FP32")
given.set_data_from_numpy(tensor[1:])
seen["tensorAlone"] = bool(np.array_equal(client.infer(MODEL, [given]).as_numpy("logits")[0], together[1]))
try:
    client.infer("nothing", [given])
except triton.InferenceServerException as error:
    seen["error"] = str(error.message())


async def kserve():
    theirs = InferenceRESTClient(RESTConfig(protocol="v2"))
    seen["kserveLive"] = await theirs.is_server_live(URL)
    seen["kserveReady"] = await theirs.is_server_ready(URL)
    seen["kserveModelReady"] = await theirs.is_model_ready(URL, MODEL)
    asked = InferInput("input", list(tensor.shape), "FP32")
    asked.set_data_from_numpy(tensor, binary_data=False)
    answer = await theirs.infer(URL, InferRequest(model_name=MODEL, infer_inputs=[asked]), model_name=MODEL)
    logits = next(output for output in answer.outputs if output.name == "logits")
    seen["kserveDifference"] = float(np.abs(logits.as_numpy() - together).max())
    await theirs.close()


asyncio.run(kserve())
print(json.dumps(seen))
