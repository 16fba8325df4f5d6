/**
 * The talk behind the page: the lines the bot has, the messages it has not confirmed yet, and the connection.
 *
 * A message is kept in the browser until the bot has answered its request, not only until its line is seen, and goes
 * out again under the same key after any break; the bot takes a key once. So nothing is lost and nothing comes twice.
 * Files go the same way, but the browser's storage is too small for them: leaving the page with one unsent is warned of.
 */

const STORED = "rasa-twin24.unsent.";
// The bot answers within this time even when there is nothing new.
const WAIT_SECONDS = 25;
const WAIT_LIMIT_MS = 35_000;
const SEND_LIMIT_MS = 15_000;
// Ten megabytes over a slow line take minutes.
const SEND_FILE_LIMIT_MS = 10 * 60_000;
const PAUSES_MS = [500, 1000, 2000, 3000];
// A tab that nobody looks at asks now and then instead of holding one of the browser's few connections to a server.
const HIDDEN_PAUSE_MS = 10_000;
const TEND_MS = 3000;
// Another tab's message is sent by that tab; when it has not managed by then, the tab is taken to be closed.
const FOREIGN_MS = 10_000;
// A "yes" typed long ago must not start calls now: older messages wait for a press of the person.
const STALE_MS = 15 * 60 * 1000;
// A longer text is a pasted list and sent as a file without a name. Its beginning is shown.
const MAX_TEXT = 10_000;
const SHOWN_OF_A_LIST = 500;
const TOO_LARGE = 413;
const MAX_LINES = 2000;

export const CONNECTED = "connected";
export const LOST = "lost";
export const CLOSED = "closed";

/**
 * Messages without an answer: one entry each in the storage shared by the tabs. Files, and everything where storage is
 * forbidden, are in memory.
 */
class Outbox {
  #memory = new Map();

  constructor() {
    try {
      const probe = `${STORED}probe`;
      localStorage.setItem(probe, "");
      localStorage.removeItem(probe);
      this.storage = localStorage;
    } catch {
      this.storage = null;
    }
  }

  /** Oldest first. */
  list() {
    const messages = [];
    for (let index = 0; this.storage && index < this.storage.length; index += 1) {
      const name = this.storage.key(index);
      if (name.startsWith(STORED)) messages.push(this.#read(name));
    }
    return [...messages, ...this.#memory.values()].filter(Boolean).sort((a, b) => a.at - b.at);
  }

  put(message) {
    try {
      if (message.content) throw new RangeError("too large for the storage");
      this.storage.setItem(STORED + message.key, JSON.stringify(message));
    } catch { // a file, no storage, or it is full
      this.#memory.set(message.key, message);
    }
  }

  drop(key) {
    this.#memory.delete(key);
    this.storage?.removeItem(STORED + key);
  }

  /** Whether something would be lost with the page. */
  get isVolatile() {
    return this.#memory.size > 0;
  }

  #read(name) {
    try {
      return JSON.parse(this.storage.getItem(name));
    } catch {
      return null;
    }
  }
}

export class Talk {
  lines = [];
  typing = false;
  connection = CONNECTED;
  /** False until the bot has answered for the first time. */
  loaded = false;

  #outbox = new Outbox();
  #changed;
  #latest = 0;
  #name = "";
  #mine = new Set();
  #accepted = new Map();
  #refused = new Map(); // by key the status of the bot's refusal
  #lastAt = 0;
  #sending = false;
  #failures = 0;
  #wake = () => {};

  /** `changed` is called after every change. */
  constructor(changed) {
    this.#changed = changed;
  }

  start() {
    // What an earlier visit left behind is this tab's from now on.
    for (const message of this.#outbox.list()) this.#mine.add(message.key);
    addEventListener("storage", () => this.#changed());
    addEventListener("online", () => this.#wake());
    addEventListener("beforeunload", (event) => this.#outbox.isVolatile && event.preventDefault());
    document.addEventListener("visibilitychange", () => this.#wake());
    setInterval(() => this.#tend(), TEND_MS);
    this.#tend();
    this.#listen();
  }

  fits(text, bytes) {
    return new Blob([text]).size <= bytes;
  }

  say(text) {
    if (text.length <= MAX_TEXT) {
      this.#send({ key: newKey(), text, title: text });
    } else {
      const title = `${text.trimStart().slice(0, SHOWN_OF_A_LIST).trimEnd()}…`;
      this.#send({ key: newKey(), content: new Blob([text]), name: "", title });
    }
  }

  attach(content, name) {
    this.#send({ key: newKey(), content, name, title: name });
  }

  press(token, title) {
    this.#send({ key: newKey(), button: token, title });
  }

  /** Send a held message after all; the person has just said so. */
  again(key) {
    const message = this.#outbox.list().find((candidate) => candidate.key === key);
    if (message) this.#send(message);
  }

  giveUp(key) {
    this.#outbox.drop(key);
    this.#changed();
  }

  /** Messages that have no line yet, oldest first: `{key, title, name, at, held, state}`; held ones wait for the person. */
  unseen() {
    const seen = new Set(this.lines.map((line) => line.key));
    const waiting = this.#outbox.list().map((message) => {
      const held = this.#isHeld(message);
      const state = this.#refused.get(message.key) === TOO_LARGE ? "refused" : held ? "held" : "sending";
      return { ...message, held, state };
    });
    const waitingKeys = new Set(waiting.map((message) => message.key));
    const accepted = [...this.#accepted.values()]
      .filter((message) => !waitingKeys.has(message.key))
      .map((message) => ({ ...message, state: "accepted" }));
    return [...accepted, ...waiting].filter((message) => !seen.has(message.key));
  }

  #send(message) {
    this.#lastAt = Math.max(Date.now(), this.#lastAt + 1);
    this.#refused.delete(message.key);
    this.#mine.add(message.key);
    this.#outbox.put({ ...message, at: this.#lastAt });
    this.#changed();
    this.#deliver();
  }

  #isHeld(message) {
    return this.#refused.has(message.key) || Date.now() - message.at > STALE_MS;
  }

  #tend() {
    for (const message of this.#outbox.list()) {
      if (Date.now() - message.at > FOREIGN_MS) this.#mine.add(message.key);
      // Too old to send again, and the bot has its line: the answer to the request is what got lost.
      if (this.#isHeld(message) && this.lines.some((line) => line.key === message.key)) this.#outbox.drop(message.key);
    }
    this.#changed();
    this.#deliver();
  }

  /** Send what waits, one after another, in the order it was written. */
  async #deliver() {
    if (this.#sending) return;
    this.#sending = true;
    let failures = 0;
    for (let message = this.#next(); message; message = this.#next()) {
      if (await this.#post(message)) {
        failures = 0;
      } else {
        await pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)]);
        failures += 1;
      }
    }
    this.#sending = false;
  }

  #next() {
    return this.#outbox.list().find((message) => this.#mine.has(message.key) && !this.#isHeld(message));
  }

  /** Whether the bot has answered. A break of the connection is found out by listening. */
  async #post(message) {
    const { key, name, title } = message;
    try {
      const answer = await (message.content ? postFile(message) : postMessage(message));
      if ([400, TOO_LARGE, 415].includes(answer.status)) {
        this.#refused.set(key, answer.status);
      } else {
        const { seq } = await read(answer);
        // An unknown button has no line; any other shows as accepted until its line arrives.
        if (seq !== null && seq > this.#latest) this.#accepted.set(key, { key, title, name });
        this.#outbox.drop(key);
      }
      this.#changed();
      return true;
    } catch (error) {
      if (error instanceof Refused) this.#lost(error);
      return false;
    }
  }

  async #listen() {
    for (;;) {
      // The first question after a break is answered at once: that is how the page knows that the bot is back.
      const wait = this.connection === CONNECTED && this.loaded && !document.hidden ? WAIT_SECONDS : 0;
      const query = new URLSearchParams({ after: this.#latest, wait, typing: Number(this.typing), talk: this.#name });
      try {
        this.#take(await read(await fetch(`/webhooks/web/messages?${query}`, {
          cache: "no-store",
          signal: AbortSignal.timeout(WAIT_LIMIT_MS),
        })));
        if (document.hidden) await this.#sleep(HIDDEN_PAUSE_MS);
      } catch (error) {
        this.#lost(error);
        await this.#sleep(PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length) - 1]);
      }
    }
  }

  #take({ lines, latest, reset, typing, talk }) {
    const known = reset ? [] : this.lines;
    for (const line of lines) {
      if (line.changes === null) known.push(line);
      else change(known, line);
    }
    this.lines = known.slice(-MAX_LINES);
    if (reset) this.#accepted.clear();
    for (const line of lines) this.#accepted.delete(line.key);
    this.#latest = latest;
    this.#name = talk;
    this.typing = typing;
    this.loaded = true;
    this.#failures = 0;
    this.connection = CONNECTED;
    this.#changed();
  }

  #lost(error) {
    this.connection = error instanceof Refused ? CLOSED : LOST;
    this.#failures += 1;
    this.typing = false; // whatever the bot was doing, this page does not know it any more
    this.#changed();
  }

  #sleep(milliseconds) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }
}

function postMessage({ key, text, button }) {
  return fetch("/webhooks/web/webhook", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(button === undefined ? { key, text } : { key, button }),
    signal: AbortSignal.timeout(SEND_LIMIT_MS),
  });
}

function postFile({ key, name, content }) {
  return fetch(`/webhooks/web/file?${new URLSearchParams({ key, name })}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: content,
    signal: AbortSignal.timeout(SEND_FILE_LIMIT_MS),
  });
}

/** A line that says something else now stays where it is; one that the page does not show any more is no matter. */
function change(lines, { changes, text, buttons, standing }) {
  const index = lines.findIndex((line) => line.seq === changes);
  if (index >= 0) lines[index] = { ...lines[index], text, buttons, standing };
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The door is closed: the cookie has run out, or the bot has another token. */
class Refused extends Error {}

async function read(answer) {
  if (answer.status === 401 || answer.status === 403) throw new Refused();
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** `crypto.randomUUID` is missing on plain http to another machine. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
