// SPDX-License-Identifier: MIT
/*
 * The page's decoder without a page, for test_viz.py: print as JSON what it finds.
 *
 *   node decode.mjs LAYOUT KINDS ram FILE    in a file that is a guest's RAM
 *   node decode.mjs LAYOUT KINDS url URL     behind the server of tools/viz
 *   node decode.mjs LAYOUT KINDS history     nothing; whether history gives back what it got
 */
import fs from "node:fs";
import {Decoder, cellKind, cellOrder, cellText, cellZone} from "../web/decode.js";
import {Explainer} from "../web/explain.js";
import {History} from "../web/history.js";
import {Kernel, Layout} from "../web/kernel.js";
import {EmulatorMemory, RemoteMemory} from "../web/memory.js";

const [layoutPath, kindsPath, source, where, ...addresses] = process.argv.slice(2);
const layout = new Layout(JSON.parse(fs.readFileSync(layoutPath)));
const {kinds} = JSON.parse(fs.readFileSync(kindsPath));
const decoder = new Decoder(layout, kinds);
const explainer = new Explainer(decoder);

/** What a model says, as runs of equal frames and plain lists. */
function plain(model) {
	const runs = [];

	for (const cell of model.cells) {
		const last = runs[runs.length - 1];
		if (last && last.cell === cell)
			last.number++;
		else
			runs.push({cell, number: 1});
	}
	return {...model, cells: runs.map(({cell, number}) => [number, kinds[cellKind(cell)].id, cellOrder(cell), cellZone(cell),
							       decoder.names.texts[cellText(cell)]]),
		caches: model.caches.map(cache => ({...cache, slabs: cache.slabs.map(slab => ({...slab, states: [...slab.states]}))}))};
}

async function decode() {
	const ram = source === "ram" ? fs.readFileSync(where) : null;
	const memory = ram ? new EmulatorMemory(() => ram) : new RemoteMemory(where);
	let fetched = 0;
	if (!ram) {
		const fetch = memory.fetch.bind(memory);
		memory.fetch = (...args) => { fetched++; return fetch(...args); };
	}
	const first = await memory.sample(m => decoder.decode(m));
	const before = fetched;
	const {model, explained} = await memory.sample(m => {
		const model = decoder.decode(m);
		const kernel = model.why ? null : new Kernel(layout, m);
		return {model, explained: kernel && addresses.map(address => explainer.address(kernel, model, Number(address)))};
	});
	if (JSON.stringify(plain(first)) !== JSON.stringify(plain(model)))
		throw new Error("two samples of a guest that stands still differ");
	console.log(JSON.stringify({...plain(model), explained, rounds: before, again: fetched - before}));
}

/** Rows of cells that change at random, some of them wholly; the same back from history. */
function history() {
	const kept = new History(kinds.length), rows = [];
	let cells = new Uint32Array(5000), seed = 896;
	const random = most => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % most;

	for (let i = 0; i < 300; i++) {
		cells = cells.slice(0, i === 150 ? 4000 : cells.length);
		for (let n = random(40); n; n--)
			cells.fill(random(2 ** 31), random(cells.length), random(cells.length));
		rows.push(cells);
		kept.push({number: cells.length, cells, caches: [], areas: [], slots: [], locals: [], regions: [], zones: [{i: i >> 2}]}, i);
	}
	for (let tries = 0; tries < 600; tries++) {
		const i = tries < 300 ? tries : random(300);
		const model = kept.at(i);
		if (!rows[i].every((cell, j) => cell === model.cells[j]) || model.cells.length !== rows[i].length || model.zones[0].i !== i >> 2)
			throw new Error(`sample ${i} came back another`);
	}
	console.log(JSON.stringify({samples: kept.length}));
}

if (source === "history")
	history();
else
	await decode();
