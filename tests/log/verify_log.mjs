// SPDX-License-Identifier: Apache-2.0
// A second reader of an exported log, in another language and by nobody's help: Node, its own crypto, no package.
//   node verify_log.mjs FILE     exit 0 if all holds, 1 if not
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const fail = (why) => { console.log(`BAD: ${why}`); process.exit(1); };
const same = (a, b) => Buffer.compare(a, b) === 0;

function bytes(text, length) {
  const data = Buffer.from(text, "base64");
  if (data.toString("base64") !== text || (length !== undefined && data.length !== length)) fail("base64");
  return data;
}

function readKey(text) {
  const [, name, id, data] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? fail("key");
  const raw = bytes(data, 33);
  const stated = sha256(Buffer.from(`${name}\n`), raw).subarray(0, 4);
  if (stated.toString("hex") !== id) fail("key id");
  const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw.subarray(1)]);
  return { name, id: stated, kind: raw[0], key: createPublicKey({ key: spki, format: "der", type: "spki" }) };
}

function readCheckpoint(published, keys) {
  const cut = published.lastIndexOf("\n\n");
  const text = published.slice(0, cut + 1);
  let own = false;
  for (const line of published.slice(cut + 2).split("\n").slice(0, -1)) {
    const [, name, encoded] = /^— (\S+) (\S+)$/.exec(line) ?? fail("signature line");
    const data = bytes(encoded);
    const by = keys.find((each) => each.name === name && same(each.id, data.subarray(0, 4))) ?? fail("unknown key");
    let message = Buffer.from(text);
    let signature = data.subarray(4);
    if (by.kind === 4) {
      message = Buffer.concat([Buffer.from(`cosignature/v1\ntime ${signature.readBigUInt64BE()}\n`), message]);
      signature = signature.subarray(8);
    }
    if (!verify(null, message, by.key, signature)) fail(`signature of ${name}`);
    own ||= by.kind === 1;
  }
  const [origin, size, root] = text.split("\n");
  if (!own) fail("unsigned checkpoint");
  return { origin, size: Number(size), root: bytes(root, 32) };
}

const leaf = (data) => sha256(Buffer.from([0]), data);
const node = (left, right) => sha256(Buffer.from([1]), left, right);
const commitment = (line) => sha256(Buffer.from("tocsin leaf 1\n"), bytes(line.salt, 32), Buffer.from(line.text));

function rootOf(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return node(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

function rootByProof(start, index, width, proof) {
  if (width === 1) return proof.length === 0 ? start : fail("long proof");
  let split = 1;
  while (split * 2 < width) split *= 2;
  const sibling = bytes(proof.at(-1) ?? fail("short proof"), 32);
  const rest = proof.slice(0, -1);
  if (index < split) return node(rootByProof(start, index, split, rest), sibling);
  return node(sibling, rootByProof(start, index - split, width - split, rest));
}

const text = readFileSync(process.argv[2], "utf8");
if (!text.endsWith("\n")) fail("cut off");
const raw = text.slice(0, -1).split("\n");
const lines = raw.map((line) => { try { return JSON.parse(line); } catch { return fail("JSON"); } });
lines.forEach((line, number) => { if (JSON.stringify(line) !== raw[number]) fail(`spelling of line ${number + 1}`); });
const header = lines.shift();
const keys = header.keys.map(readKey);

if (header.format === "tocsin-proof/1") {
  const head = readCheckpoint(header.checkpoint, keys);
  for (const line of lines) {
    if (!same(rootByProof(leaf(commitment(line)), line.index, head.size, line.proof), head.root)) fail(`entry ${line.index}`);
  }
} else {
  const leaves = [];
  let chain = sha256(Buffer.from(raw[0]));
  let closed = false;
  for (const line of lines) {
    if (line.checkpoint !== undefined) {
      const head = readCheckpoint(line.checkpoint, keys);
      if (head.origin !== header.origin || head.size !== leaves.length || !same(head.root, rootOf(leaves))) fail("root");
      chain = sha256(chain, sha256(Buffer.from(line.checkpoint)));
      closed = true;
      continue;
    }
    const stands = bytes(line.commitment, 32);
    chain = sha256(chain, stands);
    if (line.index !== leaves.length || !same(bytes(line.chain, 32), chain)) fail(`entry ${leaves.length}`);
    if (line.text !== undefined && !same(commitment(line), stands)) fail(`text of entry ${line.index}`);
    leaves.push(leaf(stands));
    closed = false;
  }
  if (!closed) fail("no checkpoint at the end");
}
console.log("ok");
