// SPDX-License-Identifier: MIT
/*
 * The last minutes of a guest: models by time, kept small.
 *
 * Cells differ little from one sample to the next, so of most samples only the runs of
 * cells that changed are kept; every KEY samples the whole row is, so that a model is
 * rebuilt in few steps. What is equal in two models one after the other is shared.
 */
const KEY = 64;
const MOST = 24 * KEY;		// samples; at two a second nearly 13 minutes
const BUDGET = 512 << 20;	// bytes of cells and runs

/** Runs in which two rows of cells differ: [start, length, cells ...] one behind the other. */
export function difference(before, after) {
	const runs = [];

	for (let i = 0; i < after.length; i++) {
		if (before[i] === after[i])
			continue;
		const start = i;
		while (i < after.length && before[i] !== after[i])
			i++;
		runs.push(start, i - start);
		for (let j = start; j < i; j++)
			runs.push(after[j]);
	}
	return Uint32Array.from(runs);
}

/** Change a row of cells by what difference() found. */
export function patch(cells, runs) {
	for (let at = 0; at < runs.length; at += 2 + runs[at + 1])
		cells.set(runs.subarray(at + 2, at + 2 + runs[at + 1]), runs[at]);
}

function equalBytes(a, b) {
	return a.length === b.length && a.every((value, i) => value === b[i]);
}

function equalCaches(a, b) {
	return a.at === b.at && a.name === b.name && a.slabs.length === b.slabs.length && a.slabs.every((slab, i) =>
		slab.at === b.slabs[i].at && slab.inuse === b.slabs[i].inuse && equalBytes(slab.states, b.slabs[i].states));
}

export class History {
	/** @param kinds: how many kinds of cells there are */
	constructor(kinds, budget = BUDGET) {
		this.kinds = kinds;
		this.budget = budget;
		this.clear();
	}

	clear() {
		this.samples = [];
		this.first = 0;			// the number, from the beginning, of the oldest sample
		this.bytes = 0;
		this.last = null;		// the newest model, cells and all
		this.rebuilt = null;		// {index, cells} of the last one that was asked for
	}

	get length() {
		return this.samples.length;
	}

	/** Add a model. Return: the runs of cells that changed, null when all may have. */
	push(model, time) {
		const sample = {time, counts: this.count(model.cells)};
		let runs = null;

		if (this.last && this.last.number === model.number) {
			runs = difference(this.last.cells, model.cells);
			this.share(model);
		}
		if (runs && this.samples.length % KEY)		// forgetting KEY at a time keeps this true
			sample.runs = runs;
		else
			sample.cells = model.cells;
		sample.model = {...model, cells: null};
		this.samples.push(sample);
		this.bytes += (sample.cells ?? sample.runs).byteLength;
		this.last = model;
		while (this.samples.length > MOST || this.bytes > this.budget && this.samples.length > 2 * KEY)
			this.forget();
		return runs;
	}

	/** Drop the oldest samples, up to the next one that is kept whole. */
	forget() {
		for (const sample of this.samples.splice(0, KEY))
			this.bytes -= (sample.cells ?? sample.runs).byteLength;
		this.first += KEY;
		this.rebuilt = null;
	}

	/** Cells of each kind. */
	count(cells) {
		const counts = new Uint32Array(this.kinds);

		for (const cell of cells)
			counts[cell & 15]++;
		return counts;
	}

	/** Let @model use the parts of the last one that are equal. */
	share(model) {
		const last = this.last;

		if (last.caches.length === model.caches.length)
			model.caches = model.caches.map((cache, i) => equalCaches(cache, last.caches[i]) ? last.caches[i] : cache);
		for (const part of ["areas", "slots", "locals", "regions", "guards", "stacks", "resources", "zones"])
			if (JSON.stringify(model[part]) === JSON.stringify(last[part]))
				model[part] = last[part];
	}

	/** The model of a sample. */
	at(index) {
		const sample = this.samples[index];

		if (index === this.samples.length - 1)
			return this.last;
		return {...sample.model, cells: this.cells(index)};
	}

	cells(index) {
		let start = index;

		while (!this.samples[start].cells)
			start--;
		let cells = this.samples[start].cells.slice();
		if (this.rebuilt && this.rebuilt.index >= start && this.rebuilt.index <= index) {
			start = this.rebuilt.index;
			cells = this.rebuilt.cells.slice();
		}
		for (let i = start + 1; i <= index; i++)
			patch(cells, this.samples[i].runs);
		this.rebuilt = {index, cells};
		return cells;
	}
}
