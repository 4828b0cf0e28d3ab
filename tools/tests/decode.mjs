// SPDX-License-Identifier: MIT
/*
 * The page's decoder without a page, for test_viz.py: print as JSON what it finds.
 *
 *   node decode.mjs LAYOUT KINDS ram FILE PLACE...   in a file that is a guest's RAM; and explain
 *                                            addresses, and frames, as pfn:N
 *   node decode.mjs LAYOUT KINDS url URL     behind the server of tools/viz
 *   node decode.mjs LAYOUT KINDS history     nothing; whether history gives back what it got,
 *                                            models and memory
 */
import fs from "node:fs";
import {Decoder, cellKind, cellOrder, cellText, cellZone} from "../web/decode.js";
import {Explainer} from "../web/explain.js";
import {History} from "../web/history.js";
import {Kernel, Layout} from "../web/kernel.js";
import {EmulatorMemory, RemoteMemory} from "../web/memory.js";
import {Past} from "../web/past.js";

const [layoutPath, kindsPath, source, where, ...places] = process.argv.slice(2);
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

/** The lines for each place. */
function explain(model, memory) {
	const kernel = new Kernel(layout, memory);

	return places.map(place => place.startsWith("pfn:")
		? {lines: explainer.frame(kernel, model, Number(place.slice(4))), summary: explainer.summary(model, Number(place.slice(4)))}
		: explainer.address(kernel, model, Number(place)));
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
	const past = new Past();
	const model = await memory.sample(m => decoder.decode(m), (_, frames) => past.push(7, frames));
	const explained = past.at(7) && explain(model, past.at(7));
	const now = await memory.look(m => explain(model, m));
	if (JSON.stringify(explained) !== JSON.stringify(now))
		throw new Error("what a sample was made of does not explain what memory does");
	if (JSON.stringify(plain(first)) !== JSON.stringify(plain(model)))
		throw new Error("two samples of a guest that stands still differ");
	console.log(JSON.stringify({...plain(model), explained, rounds: before, again: fetched - before}));
}

/** Rows of cells that change at random, some of them wholly; the same back from history. */
function history(budget) {
	const kept = new History(kinds.length, budget), rows = [];
	let cells = new Uint32Array(5000), seed = 896;
	const random = most => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % most;

	for (let i = 0; i < 300; i++) {
		cells = cells.slice(0, i === 150 ? 4000 : cells.length);
		for (let n = random(40); n; n--)
			cells.fill(random(2 ** 31), random(cells.length), random(cells.length));
		rows.push(cells);
		kept.push({number: cells.length, cells, caches: [], areas: [], slots: [], locals: [], regions: [], guards: [], stacks: [], resources: [],
			   zones: [{i: i >> 2}]}, i);
	}
	for (let tries = 0; tries < 600; tries++) {
		const i = tries < kept.length ? tries : random(kept.length), row = kept.first + i;
		const model = kept.at(i);
		if (!rows[row].every((cell, j) => cell === model.cells[j]) || model.cells.length !== rows[row].length ||
		    model.zones[0].i !== row >> 2)
			throw new Error(`sample ${row} came back another`);
	}
	return kept.length;
}

/** Frames that change at random, and some that are not read for a while; the same back. */
function past(budget) {
	const kept = new Past(budget), rows = [], frames = new Map();
	let seed = 7;
	const random = most => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) % most;

	for (let i = 0; i < 200; i++) {
		for (let n = random(6); n; n--)
			frames.set(random(20), new Uint32Array(1024).fill(random(3)));
		kept.push(i, [...frames].filter(() => random(5)));
		rows.push(new Map([...frames.keys()].map(pfn => [pfn, kept.at(i)?.page(pfn)])));
	}
	for (const [i, row] of rows.entries())
		for (const [pfn, words] of row)
			if (kept.at(i) && kept.at(i).page(pfn) !== words)
				throw new Error(`frame ${pfn} of sample ${i} came back another`);
	return {floor: kept.floor, bytes: kept.bytes};
}

if (source === "history")
	console.log(JSON.stringify({samples: history(), few: history(1 << 20), past: past(1 << 30), little: past(1 << 18)}));
else
	await decode();
