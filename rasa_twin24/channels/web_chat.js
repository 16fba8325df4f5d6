/** What the page shows of the talk. All texts are set as text, never as markup: names of tasks come from anybody. */

import { CLOSED, LOST, Talk } from "./web_talk.js";

const TITLE = document.title;
const NEAR_END_PX = 80;
const GREETING_MS = 4000;
const DRAFT = "rasa-twin24.draft";

const CONNECTION = {
  [LOST]: "Нет связи с ботом, пробую снова…",
  [CLOSED]: "Чат закрыт. Откройте его по адресу, который бот напечатал при запуске.",
};
const BACK = "Связь восстановлена";
// Phone numbers and the like; with the group, `split` gives them at the odd places.
const NUMBER = /(\+?\d[\d() -]{5,16}\d)/;
const STATE = { sending: "отправляется", held: "не отправлено", refused: "не отправлено: больше, чем можно", accepted: "" };
const MAX_FILE_BYTES = Number(document.body.dataset.maxFileBytes);

const scroll = document.getElementById("scroll");
const log = document.getElementById("log");
const field = document.getElementById("text");
const picker = document.getElementById("files");
const connection = document.getElementById("connection");
const trouble = document.getElementById("trouble");
const down = document.getElementById("down");

const clock = new Intl.DateTimeFormat("ru", { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat("ru", { day: "numeric", month: "long" });
const calendarWithYear = new Intl.DateTimeFormat("ru", { day: "numeric", month: "long", year: "numeric" });

const talk = new Talk(show);
const looks = new WeakMap(); // what each message's element shows now: {whole, text, choices}
let following = true; // the person looks at the end of the talk
let touching = matchMedia("(pointer: coarse)").matches; // how the page was last used: with a finger or not
let shownConnection = talk.connection;
let newestSeen = 0;

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** "Сегодня", "Вчера", "12 июля", "12 июля 2025 г.". */
function dayName(date) {
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (date.toDateString() === today.toDateString()) return "Сегодня";
  if (date.toDateString() === yesterday.toDateString()) return "Вчера";
  return (date.getFullYear() === today.getFullYear() ? calendar : calendarWithYear).format(date);
}

/**
 * Everything to be shown, in order: days, lines, messages without a line.
 *
 * A message keeps its id when its line comes, and so its place on the page. The bot's latest choices stay until the
 * person has answered, whether by a button or in words; news that come in between do not take them away. A line that
 * stands apart from the talk keeps its own until the bot takes them back.
 */
function items() {
  const unseen = talk.unseen();
  const lines = talk.lines;
  const answered = lines.findLastIndex((line) => line.author === "person");
  const asked = lines.findLastIndex((line) => line.buttons.length > 0 && !line.standing);
  const botHasSpokenSince = answered > asked && answered < lines.length - 1;
  const made = [];
  let day = "";
  lines.forEach((line, index) => {
    const date = new Date(line.at * 1000);
    if (date.toDateString() !== day) {
      day = date.toDateString();
      made.push({ id: `day ${day}`, day: dayName(date) });
    }
    const choices = line.standing || (index === asked && !botHasSpokenSince) ? line.buttons : [];
    const disabled = (answered > asked && !line.standing) || unseen.some((message) => !message.held);
    made.push({
      id: line.key ?? `line ${line.seq}`, author: line.author, text: line.text, file: line.file, standing: line.standing,
      time: clock.format(date), choices, disabled,
    });
  });
  for (const { key, title, name, held, state } of unseen) {
    made.push({ id: key, author: "person", text: title, file: name || null, time: STATE[state], held, state, choices: [] });
  }
  return made;
}

function choiceButton(title, disabled, press) {
  const button = element("button", { type: "button", textContent: title, disabled });
  button.addEventListener("click", () => {
    for (const choice of button.parentElement.children) choice.disabled = true; // a double click is one press
    press();
    backToField();
  });
  return button;
}

function choicesOf(item) {
  if (item.held) {
    const again = choiceButton("Отправить", false, () => talk.again(item.id));
    const away = choiceButton("Убрать", false, () => talk.giveUp(item.id));
    return item.state === "refused" ? [away] : [again, away];
  }
  return item.choices.map(({ title, token }) => choiceButton(title, item.disabled, () => talk.press(token, title)));
}

function node(item) {
  if (item.day) return element("div", { className: "day", textContent: item.day });
  const author = element("span", { className: "unseen", textContent: item.author === "bot" ? "Бот: " : "Вы: " });
  const text = element("p", { className: "text" });
  text.dir = "auto";
  const bubble = element("div", { className: "bubble" }, author, text, element("p", { className: "foot" }));
  return element("div", { className: "fresh" }, bubble);
}

function contentOf(item) {
  if (item.file && item.author === "bot") {
    // The bot's own path, never an address that somebody wrote.
    return [element("a", { className: "file", href: item.file, download: item.text, textContent: item.text })];
  }
  // A number is not broken at its hyphens.
  return item.text.split(NUMBER).map((part, index) => (index % 2 ? element("span", { className: "number" }, part) : part));
}

/** Bring an element up to date without replacing it: what has not changed is not read out again and keeps the focus. */
function update(made, item) {
  const look = {
    whole: JSON.stringify(item),
    text: JSON.stringify([item.text, item.author === "bot" && item.file]),
    choices: JSON.stringify([item.choices, item.disabled, item.held, item.state]),
  };
  const was = looks.get(made);
  if (item.day || was?.whole === look.whole) return;
  looks.set(made, look);
  const classes = ["message", item.author, item.held ? "held" : item.state ?? "", made.classList.contains("fresh") ? "fresh" : ""];
  made.className = classes.join(" ").trim();
  made.querySelector(".foot").textContent = item.time;
  if (was?.text !== look.text) {
    // Of a line that goes on changing only the end is read out.
    if (was) made.setAttribute("aria-live", item.standing ? "off" : "polite");
    const text = made.querySelector(".text");
    text.classList.toggle("attached", Boolean(item.file) && item.author === "person");
    text.replaceChildren(...contentOf(item));
  }
  if (was?.choices !== look.choices) showChoices(made, item);
}

function showChoices(made, item) {
  made.querySelector(".choices")?.remove();
  const choices = choicesOf(item);
  if (choices.length === 0) return;
  const group = element("div", { className: "choices" }, ...choices);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", item.held ? "Что сделать с сообщением" : "Варианты ответа");
  made.append(group);
}

function showMessages() {
  const focusWasInside = log.contains(document.activeElement);
  const known = new Map([...log.children].map((child) => [child.dataset.id, child]));
  let place = log.firstElementChild;
  for (const item of items()) {
    let made = known.get(item.id);
    known.delete(item.id);
    if (!made) {
      made = node(item);
      made.dataset.id = item.id;
    }
    if (made === place) place = place.nextElementSibling;
    else log.insertBefore(made, place);
    update(made, item);
  }
  for (const child of known.values()) child.remove();
  if (focusWasInside && !log.contains(document.activeElement)) backToField();
}

function showConnection() {
  if (talk.connection === shownConnection) return;
  shownConnection = talk.connection;
  connection.textContent = CONNECTION[talk.connection] ?? BACK;
  setTimeout(() => {
    if (connection.textContent === BACK) connection.textContent = "";
  }, GREETING_MS);
}

function showTitle() {
  const newest = talk.lines.at(-1)?.seq ?? 0;
  if (!document.hidden) newestSeen = newest;
  document.title = newest > newestSeen ? `● ${TITLE}` : TITLE;
}

function show() {
  showMessages();
  showConnection();
  showTitle();
  document.getElementById("empty").hidden = !talk.loaded || log.childElementCount > 0;
  document.getElementById("typing").hidden = !talk.typing;
  // A page that opens with a long history must not read all of it out.
  if (talk.loaded && log.getAttribute("aria-live") !== "polite") setTimeout(() => log.setAttribute("aria-live", "polite"));
  if (following) toEnd();
}

function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
}

/** Not after a touch: the field would bring the phone's keyboard up over the answer. */
function backToField() {
  if (!touching) field.focus({ preventScroll: true });
}

function fitField() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
}

function draft(text) {
  try {
    if (text === undefined) return sessionStorage.getItem(DRAFT) ?? "";
    sessionStorage.setItem(DRAFT, text);
  } catch { // storage is forbidden: a draft does not outlive the page then
  }
  return "";
}

function write(text) {
  field.value = text;
  draft(text);
  fitField();
}

function complain(text) {
  trouble.textContent = text;
  trouble.hidden = text === "";
}

function say(text) {
  following = true;
  talk.say(text);
}

/** Send files one after another; what cannot be sent is told by name and holds up no other. */
async function attach(files) {
  const troubles = [];
  for (const file of files) {
    try {
      if (file.size > MAX_FILE_BYTES) {
        troubles.push(`Файл «${file.name}» больше ${Math.floor(MAX_FILE_BYTES / 2 ** 20)} МБ, он не отправлен. Разделите его на части.`);
        continue;
      }
      // Read now: later it may have been changed, moved or deleted. A folder cannot be read either.
      const content = await file.arrayBuffer();
      if (content.byteLength === 0) {
        troubles.push(`Файл «${file.name}» пустой, он не отправлен.`);
        continue;
      }
      following = true;
      talk.attach(new Blob([content]), file.name);
    } catch {
      troubles.push(`Файл «${file.name}» не читается, он не отправлен. Если это папка, перетащите файлы из неё.`);
    }
  }
  complain(troubles.join("\n"));
}

function carriesFiles(transfer) {
  return Boolean(transfer) && [...transfer.types].includes("Files");
}

function showDrop(shown) {
  document.body.classList.toggle("dropping", shown);
}

document.getElementById("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  field.focus();
  if (!field.value.trim()) return;
  if (!talk.fits(field.value, MAX_FILE_BYTES)) {
    complain("Сообщение слишком длинное. Отправьте его по частям.");
    return;
  }
  say(field.value);
  write("");
});

field.addEventListener("keydown", (event) => {
  // While a word is being composed (Chinese, Japanese, some phones), Enter belongs to it.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  field.form.requestSubmit();
});

field.addEventListener("input", () => {
  complain("");
  draft(field.value);
  fitField();
});

document.getElementById("starters").addEventListener("click", (event) => {
  if (!(event.target instanceof HTMLButtonElement)) return;
  say(event.target.textContent);
  backToField();
});

document.getElementById("attach").addEventListener("click", () => picker.click());

picker.addEventListener("change", async () => {
  const files = [...picker.files];
  picker.value = ""; // the same file can be chosen again
  backToField();
  await attach(files);
});

// A picture of a table or a copied file, but not a text that happens to come as a picture too.
field.addEventListener("paste", (event) => {
  const { clipboardData } = event;
  if (!carriesFiles(clipboardData) || [...clipboardData.types].includes("text/plain")) return;
  event.preventDefault();
  attach([...clipboardData.files]);
});

// Anywhere on the page: a file that misses would open instead of the chat.
addEventListener("dragover", (event) => {
  if (!carriesFiles(event.dataTransfer)) return;
  event.preventDefault();
  showDrop(true);
});
addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) showDrop(false);
});
addEventListener("drop", (event) => {
  showDrop(false);
  if (!carriesFiles(event.dataTransfer)) return;
  event.preventDefault();
  attach([...event.dataTransfer.files]);
});

scroll.addEventListener("scroll", () => {
  following = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_END_PX;
  down.hidden = following;
});

down.addEventListener("click", () => {
  toEnd();
  backToField();
});

document.addEventListener("visibilitychange", showTitle);
addEventListener("pointerdown", (event) => { touching = event.pointerType === "touch"; }, true);
addEventListener("keydown", () => { touching = false; }, true);
// The phone's keyboard or a turned screen changes the height.
new ResizeObserver(() => following && toEnd()).observe(scroll);

write(draft());
backToField();
talk.start();
