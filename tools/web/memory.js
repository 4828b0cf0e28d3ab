// SPDX-License-Identifier: MIT
/*
 * Physical memory as the page sees it, a page frame at a time.
 *
 * page(pfn) is the frame's 1024 words, or null. Of an emulator in this page all memory
 * is at hand. Of a guest elsewhere a server sends frames that are asked for, and later
 * only those of them that changed. So there reading is a game of several rounds: what
 * reads meets a frame that is not here, notes it as wanted and goes on as if it were all
 * zero; the wanted frames are fetched, and it reads again, until nothing is wanted.
 * From then on one request a sample brings the changes, for the frames in use are known.
 *
 * sample(decode, done) calls decode(memory) once or several times, and done(result, frames)
 * at the end, while memory still is what it was: frames are [pfn, words] of what was read.
 * look(read) is for a question in between, about memory as it is by then.
 */

export const WORDS = 1024;
const ROUNDS = 64;

/** Memory of an emulator in this page: one array over all of it. */
export class EmulatorMemory {
	/** @param bytes: () => Uint8Array of guest memory; called anew, as it may move */
	constructor(bytes) {
		this.bytes = bytes;
		this.refresh();
	}

	refresh() {
		const bytes = this.bytes();

		if (this.words?.buffer === bytes.buffer)
			return;
		this.words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
		this.pages = [];
	}

	page(pfn) {
		const first = pfn * WORDS;

		if (first + WORDS > this.words.length)
			return null;
		return this.pages[pfn] ??= this.words.subarray(first, first + WORDS);
	}

	/** Nothing changes meanwhile: the emulator has no turn before this returns. */
	async sample(decode, done) {
		this.refresh();
		this.pages = [];
		const result = decode(this);
		done?.(result, Object.entries(this.pages).map(([pfn, words]) => [Number(pfn), words]));
		return result;
	}

	async look(read) {
		this.refresh();
		return read(this);
	}
}

/** Memory behind the server of tools/viz. */
export class RemoteMemory {
	constructor(url) {
		this.url = url;
		this.forget();
	}

	/** Nothing is known: another guest, or the first sample. */
	forget() {
		this.pages = new Map();
		this.used = new Set();
		this.wanted = new Set();
		this.generation = 0;
	}

	page(pfn) {
		const words = this.pages.get(pfn);

		if (words === undefined) {
			this.wanted.add(pfn);
			return null;
		}
		this.used.add(pfn);
		return words;
	}

	/*
	 * Ask for frames: those that changed since @since come back. The answer is
	 * [epoch, generation, number], the frame numbers, then their words; a frame that
	 * is no RAM comes as one of zeroes, once.
	 */
	async fetch(pfns, since) {
		const ask = new Uint32Array(pfns.length + 1);

		ask[0] = since;
		ask.set(pfns, 1);
		const response = await fetch(this.url, {method: "POST", body: ask.buffer}).catch(() => {
			throw new Error("tools/viz does not answer any more.");
		});
		if (!response.ok)
			throw new Error(await response.text());
		const answer = new Uint32Array(await response.arrayBuffer());
		const [epoch, generation, number] = answer;
		if (this.epoch !== undefined && epoch !== this.epoch)
			throw new AnotherGuest();
		this.epoch = epoch;
		for (let i = 0; i < number; i++) {
			const at = 3 + number + i * WORDS;
			this.pages.set(answer[3 + i], answer.subarray(at, at + WORDS));
		}
		return generation;
	}

	/** Fetch what changed, then run @decode until it wants no more. */
	async sample(decode, done) {
		let generation = this.generation;

		if (this.pages.size)
			generation = await this.fetch([...this.pages.keys()], this.generation);
		for (let round = 0; round < ROUNDS; round++) {
			this.used.clear();
			this.wanted.clear();
			const result = decode(this);
			if (!this.wanted.size) {
				this.generation = generation;
				this.dropUnused();
				done?.(result, this.pages);
				return result;
			}
			const found = await this.fetch([...this.wanted], 0);
			generation = Math.min(generation || found, found);
		}
		throw new Error("memory changes faster than it can be read");
	}

	/** Run @read until it has all that it wants; nothing that is here is fetched anew. */
	async look(read) {
		for (let round = 0; round < ROUNDS; round++) {
			this.wanted.clear();
			const result = read(this);
			if (!this.wanted.size)
				return result;
			await this.fetch([...this.wanted], 0);
		}
		throw new Error("memory changes faster than it can be read");
	}

	dropUnused() {
		for (const pfn of this.pages.keys())
			if (!this.used.has(pfn))
				this.pages.delete(pfn);
	}
}

/** The server looks at another guest now: the layout may be another, too. */
export class AnotherGuest extends Error {}
