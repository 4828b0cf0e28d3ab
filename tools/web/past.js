// SPDX-License-Identifier: MIT
/*
 * Memory as it was: the frames that were read for each sample, so that the past can be
 * asked what the present can.
 *
 * Most frames are the same from one sample to the next, so of each only its versions are
 * kept, with the number of the sample that first saw them. When all of them together are
 * too large, versions go that were superseded longest ago, and samples up to then have no
 * memory any more.
 */
const BUDGET = 192 << 20;	// bytes
const FRAME = 4096;

function equal(a, b) {
	for (let i = 0; i < a.length; i++)
		if (a[i] !== b[i])
			return false;
	return true;
}

export class Past {
	constructor(budget = BUDGET) {
		this.budget = budget;
		this.clear();
	}

	clear() {
		this.versions = new Map();	// frame: {list: [[serial, words], ...], oldest first; source: of the last}
		this.superseded = [];		// [serial, frame] in the order in which it happened
		this.gone = 0;			// how many of these are dropped
		this.bytes = 0;
		this.floor = 0;			// samples from here on have their memory
	}

	/** Keep the frames that sample @serial was made of: [pfn, words] each. */
	push(serial, frames) {
		for (const [pfn, words] of frames) {
			const kept = this.versions.get(pfn);
			if (kept && (kept.source === words || equal(kept.list[kept.list.length - 1][1], words)))
				continue;
			this.bytes += FRAME;
			if (kept) {
				kept.list.push([serial, words.slice()]);
				kept.source = words;
				this.superseded.push([serial, pfn]);
			} else {
				this.versions.set(pfn, {list: [[serial, words.slice()]], source: words});
			}
		}
		while (this.bytes > this.budget && this.gone < this.superseded.length)
			this.drop();
	}

	drop() {
		const [serial, pfn] = this.superseded[this.gone++];

		this.versions.get(pfn).list.shift();
		this.bytes -= FRAME;
		this.floor = serial;
		if (this.gone > 4096) {
			this.superseded.splice(0, this.gone);
			this.gone = 0;
		}
	}

	/** The memory of a sample, to be read like any other; null when it is not kept any more. */
	at(serial) {
		if (serial < this.floor)
			return null;
		return {page: pfn => this.versions.get(pfn)?.list.findLast(([since]) => since <= serial)?.[1] ?? null};
	}
}
