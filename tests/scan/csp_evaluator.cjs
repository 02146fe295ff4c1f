// SPDX-License-Identifier: Apache-2.0
// Judges policies by Google's CSP Evaluator itself (npm install csp_evaluator, found by NODE_PATH): reads a JSON object
// of name and policy, writes one of name and findings.
"use strict";
const { CspEvaluator } = require("csp_evaluator/dist/evaluator");
const { CspParser } = require("csp_evaluator/dist/parser");

const told = JSON.parse(require("fs").readFileSync(0, "utf8"));
const judged = Object.entries(told).map(([name, policy]) => [
  name,
  new CspEvaluator(new CspParser(policy).csp).evaluate(),
]);
process.stdout.write(JSON.stringify(Object.fromEntries(judged)));
