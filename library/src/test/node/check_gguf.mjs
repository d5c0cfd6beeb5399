// How far llama.cpp is from transformers on exported files (see src/test/python/make_gguf_peers.py).
//
// Needs node-llama-cpp (npm install --ignore-scripts node-llama-cpp @node-llama-cpp/linux-x64), whose package holds a
// build of llama.cpp. Usage: node check_gguf.mjs PEERS.json NAME-TYPE.gguf ...

import fs from "node:fs";
import path from "node:path";
import {getLlama} from "node-llama-cpp";

const [peersFile, ...files] = process.argv.slice(2);
const peers = JSON.parse(fs.readFileSync(peersFile));
const llama = await getLlama({gpu: false, build: "never", skipDownload: true, logLevel: "error", maxThreads: 1});
const number = (value) => value.toExponential(1).padStart(8);

console.log("file                       log-probabilities apart   likeliest   greedy tokens");
console.log("                               mean      largest     the same    the same");
for (const file of files) {
    const name = path.basename(file, ".gguf");
    const peer = peers[name.slice(0, name.lastIndexOf("-"))];
    const model = await llama.loadModel({modelPath: file});
    const context = await model.createContext({
        contextSize: 256,
        sequences: 2,
        flashAttention: false,
        threads: 1,
        experimentalKvCacheKeyType: "F32",
        experimentalKvCacheValueType: "F32",
    });

    const reading = context.getSequence();
    const options = {generateNext: {probabilities: true, options: {temperature: 1, topK: 0, topP: 1, minP: 0}}};
    const said = await reading.controlledEvaluate(peer.ids.map((id) => [id, options]));
    const apart = peer.log_probabilities.map((expected, i) =>
        Math.abs(Math.log(said[i].next.probabilities.get(peer.ids[i + 1])) - expected));
    const likeliest = said.filter((one, i) => one.next.probabilities.keys().next().value === peer.likeliest[i]).length;
    reading.dispose();

    const writing = context.getSequence();
    const greedy = [];
    for await (const id of writing.evaluate(peer.ids.slice(0, 8), {temperature: 0, yieldEogToken: true})) {
        greedy.push(id);
        if (greedy.length === peer.greedy.length) break;
    }
    const differs = greedy.findIndex((id, i) => id !== peer.greedy[i]);
    const same = differs < 0 ? greedy.length : differs;
    console.log(name.padEnd(26), number(apart.reduce((a, b) => a + b) / apart.length), "  ", number(Math.max(...apart)),
        `     ${likeliest} of ${peer.likeliest.length}    ${same} of ${peer.greedy.length}`);
    await context.dispose();
    await model.dispose();
}
process.exit(0);
