// Keeps what was typed and not yet confirmed by the server, so that a refresh or a power cut loses
// nothing. One grid and person has one journal; a confirmed cell is taken out.
//
// It lies in IndexedDB, which writes to the disk at once; localStorage may wait a minute. Where there
// is no IndexedDB, localStorage is better than nothing.

const STORE = "unsaved";

export class Journal {
  /// Opens the journal `name`, with what it kept.
  static async open(name) {
    const base = await database().catch(() => null);
    const kept = base ? await done(base.transaction(STORE).objectStore(STORE).get(name)).catch(() => null) : null;
    // The plain copy lies there only while the base is behind it.
    return new Journal(name, base, plainRead(name) ?? kept ?? {});
  }

  constructor(name, base, kept) {
    Object.assign(this, { name, base, kept, writing: false, dirty: false });
  }

  /// Keeps the text of a cell, what the server had when it was typed, and whether it is `half` typed:
  /// the person has not left the cell yet.
  put(pupil, field, value, base, half = false) {
    if (value === base) return this.drop(pupil, field);
    (this.kept[pupil] ??= {})[field] = { value, base, half };
    this.write();
  }

  drop(pupil, field) {
    if (!this.kept[pupil]?.[field]) return;
    delete this.kept[pupil][field];
    if (!Object.keys(this.kept[pupil]).length) delete this.kept[pupil];
    this.write();
  }

  entries() {
    return Object.entries(this.kept).flatMap(([pupil, fields]) =>
      Object.entries(fields).map(([field, cell]) => ({ pupil, field, ...cell })),
    );
  }

  /// The page goes: what the disk has not taken yet would go with it, so it is kept at once.
  leave() {
    if (this.writing) this.writePlain();
  }

  // One write at a time; what has changed meanwhile goes with the next one.
  async write() {
    this.dirty = true;
    if (this.writing) return;
    this.writing = true;
    while (this.dirty) {
      this.dirty = false;
      await this.writeOnce().catch(() => this.writePlain());
    }
    this.writing = false;
  }

  async writeOnce() {
    if (!this.base) return this.writePlain();
    const transaction = this.base.transaction(STORE, "readwrite", { durability: "strict" });
    const store = transaction.objectStore(STORE);
    if (Object.keys(this.kept).length) store.put(this.kept, this.name);
    else store.delete(this.name);
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
      // Nothing follows, so it need not wait for this page to say so.
      transaction.commit();
    });
    if (!this.dirty) plainRemove(this.name);
  }

  writePlain() {
    try {
      // Nothing to keep is written too: the base may still have something older.
      localStorage.setItem(plainName(this.name), JSON.stringify(this.kept));
    } catch {
      // Nothing is left to write to; the page still has it and warns before it is closed.
    }
  }
}

function database() {
  const asked = indexedDB.open("bieumau", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
  return done(asked);
}

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => reject(request.error);
  });

const plainName = (name) => `bieumau.unsaved.${name}`;

function plainRead(name) {
  try {
    return JSON.parse(localStorage.getItem(plainName(name)));
  } catch {
    return null;
  }
}

function plainRemove(name) {
  try {
    localStorage.removeItem(plainName(name));
  } catch {
    // No storage at all.
  }
}
