"use strict";
const byId = (id) => document.getElementById(id);

const element = (name, text, className) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
};

const cosine = (a, b) => {
  let product = 0, first = 0, second = 0;
  for (let i = 0; i < a.length; ++i) {
    product += a[i] * b[i];
    first += a[i] * a[i];
    second += b[i] * b[i];
  }
  return product === 0 ? 0 : product / Math.sqrt(first * second);
};

const similarities = (texts, results) => {
  const section = element("section", undefined, "scroll");
  section.append(element("h2", "Similarity (cosine)"));
  const table = element("table");
  table.id = "similarity";
  const head = element("tr");
  head.append(element("th"), ...results.map((_, i) => element("th", String(i + 1))));
  table.append(head);
  results.forEach((row, i) => {
    const line = element("tr");
    line.append(element("th", `${i + 1}. ${texts[i]}`, "text"));
    for (const column of results) {
      const value = cosine(row.embedding, column.embedding);
      const cell = element("td", value.toFixed(3), "cell");
      cell.style.background = `rgba(42, 111, 219, ${Math.max(0, value) * 0.6})`;
      line.append(cell);
    }
    table.append(line);
  });
  section.append(table);
  return section;
};

// Offsets of spans count code points.
const markedText = (text, spans) => {
  const points = Array.from(text);
  const line = element("span");
  let at = 0;
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    if (span.start < at) continue;
    line.append(points.slice(at, span.start).join(""));
    const mark = element("mark", points.slice(span.start, span.end).join(""));
    mark.append(element("small", span.label));
    line.append(mark);
    at = span.end;
  }
  line.append(points.slice(at).join(""));
  return line;
};

const shown = (text, prediction) => {
  if (prediction === null || typeof prediction !== "object") return element("span", String(prediction));
  if (Array.isArray(prediction.entities)) return markedText(text, prediction.entities);
  if (Array.isArray(prediction.labels)) return element("span", prediction.labels.join(", ") || "none");
  if ("label" in prediction && typeof prediction.score === "number")
    return element("span", `${prediction.label} (${prediction.score.toFixed(3)})`);
  const number = Object.values(prediction).find((value) => typeof value === "number");
  return element("span", number === undefined ? JSON.stringify(prediction) : number.toFixed(3));
};

const predictions = (texts, results) => {
  const section = element("section", undefined, "scroll");
  const names = [...new Set(results.flatMap((result) => Object.keys(result.tasks)))];
  if (names.length === 0) return section;
  section.append(element("h2", "Predictions"));
  const table = element("table");
  table.id = "predictions";
  const head = element("tr");
  head.append(element("th", "text"));
  for (const name of names) head.append(element("th", name));
  table.append(head);
  results.forEach((result, i) => {
    const line = element("tr");
    line.append(element("th", `${i + 1}. ${texts[i]}`, "text"));
    for (const name of names) {
      const cell = element("td");
      cell.dataset.task = name;
      if (name in result.tasks) cell.append(shown(texts[i], result.tasks[name]));
      line.append(cell);
    }
    table.append(line);
  });
  section.append(table);
  return section;
};

const request = async (inputs) => {
  const headers = { "Content-Type": "application/json" };
  if (byId("key").value) headers.Authorization = `Bearer ${byId("key").value}`;
  const response = await fetch("tasks", { method: "POST", headers, body: JSON.stringify({ inputs }) });
  if (response.status === 401) {
    byId("key").hidden = byId("key-label").hidden = false;
    byId("key").focus();
    throw new Error("This server requires an API key.");
  }
  const answer = await response.json().catch(() => ({ error: `The server answered with status ${response.status}.` }));
  if (!response.ok) throw new Error(answer.error);
  return answer;
};

const compute = async () => {
  const lines = byId("texts").value.split("\n").filter((line) => line.trim() !== "");
  byId("error").textContent = "";
  if (lines.length === 0) return;
  const pairs = document.body.dataset.pairs === "yes";
  const inputs = lines.map((line) => (pairs && line.includes("\t") ? line.split("\t").slice(0, 2) : line));
  const most = Number(document.body.dataset.most);
  const begin = performance.now();
  const results = [];
  let tokens = 0;
  for (let i = 0; i < inputs.length; i += most) {
    const answer = await request(inputs.slice(i, i + most));
    results.push(...answer.results);
    tokens += answer.usage.tokens;
  }
  byId("status").textContent = `${lines.length} texts, ${tokens} tokens, ${Math.round(performance.now() - begin)} ms`;
  const texts = inputs.map((input) => (Array.isArray(input) ? input[0] : input));
  byId("results").replaceChildren(similarities(texts, results), predictions(texts, results));
};

const run = async (event) => {
  if (event) event.preventDefault();
  byId("send").disabled = true;
  try {
    await compute();
  } catch (error) {
    byId("error").textContent = error.message;
  } finally {
    byId("send").disabled = false;
  }
};

byId("form").addEventListener("submit", run);
run();
