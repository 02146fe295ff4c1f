// SPDX-License-Identifier: Apache-2.0
// Runs the tests of the npm package @secvisogram/csaf-validator-lib over CSAF test suites, for draw_verdicts.py.
//
//   node csaf_validator_lib.mjs LIBRARY EDITION SUITE...    prints {"number": {"right": n, "run": n}} for each suite
//
// A test that the library does not have is not run. A spell checker and the network are not given to it.
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [library, edition, ...suites] = process.argv.slice(2)
const load = (file) => import(pathToFileURL(path.join(library, file)).href)
const files =
  edition === '2.0'
    ? ['mandatoryTests.js', 'optionalTests.js', 'informativeTests.js']
    : ['csaf_2_1/mandatoryTests.js', 'csaf_2_1/recommendedTests.js', 'csaf_2_1/informativeTests.js']
const tests = {}
for (const file of files)
  for (const [name, test] of Object.entries(await load(file))) {
    const number = name.match(/(\d+_\d+_\d+(?:_\d+)*)$/)
    if (number) tests[number[1].replaceAll('_', '.')] = test
  }

const verdict = async (test, document) => {
  try {
    const found = await test(document)
    const told = ['errors', 'warnings', 'infos'].some((kind) => found[kind]?.length)
    return !told && found.isValid !== false
  } catch {
    return null
  }
}

for (const suite of suites) {
  const listed = JSON.parse(fs.readFileSync(path.join(suite, 'testcases.json'))).tests
  const counted = {}
  for (const { id, failures = [], valid = [] } of listed) {
    const row = (counted[id] ??= { right: 0, run: 0 })
    for (const [cases, expected] of [[failures, false], [valid, true]])
      for (const { name } of cases) {
        const file = path.join(suite, name)
        if (!fs.existsSync(file) || !tests[id]) continue
        row.run += 1
        row.right += (await verdict(tests[id], JSON.parse(fs.readFileSync(file)))) === expected
      }
  }
  console.log(JSON.stringify(counted))
}
