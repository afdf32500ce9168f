// Keeps what was typed and not yet confirmed by the server, so that a refresh or a power cut loses
// nothing. One grid and person has one journal; a confirmed cell is taken out.

const PREFIX = "bieumau.unsaved.";

export class Journal {
  constructor(storage, name) {
    this.storage = storage;
    this.key = PREFIX + name;
    try {
      this.kept = JSON.parse(storage.getItem(this.key)) ?? {};
    } catch {
      this.kept = {};
    }
  }

  /// Keeps the text of a cell, and what the server had when it was typed.
  put(pupil, field, value, base) {
    if (value === base) return this.drop(pupil, field);
    (this.kept[pupil] ??= {})[field] = { value, base };
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
      Object.entries(fields).map(([field, { value, base }]) => ({ pupil, field, value, base })),
    );
  }

  write() {
    if (Object.keys(this.kept).length) this.storage.setItem(this.key, JSON.stringify(this.kept));
    else this.storage.removeItem(this.key);
  }
}
