// The API reference: draws /api/openapi.json. No framework, no other hosts, text only through textContent.
"use strict";

const make = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};
const code = (text) => make("code", {}, text);
const byId = (id) => document.getElementById(id);

let api;
const resolve = (node) => (node && node.$ref ? node.$ref.slice(2).split("/").reduce((at, part) => at[part], api) : node);

function typeName(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.type === "array") return `list of ${typeName(schema.items)}`;
  if (schema.enum) return schema.enum.map((value) => `"${value}"`).join(" | ");
  if (schema.format === "date-time") return "time (RFC 3339)";
  return schema.type + (schema.maximum ? ` ${schema.minimum}–${schema.maximum}` : "");
}

function example(schema, name = "", depth = 0) {
  const known = resolve(schema);
  if (known.type === "object") {
    const fields = Object.entries(known.properties || {});
    return depth > 3 ? {} : Object.fromEntries(fields.map(([key, value]) => [key, example(value, key, depth + 1)]));
  }
  if (known.type === "array") return [example(known.items, name, depth + 1)];
  if (known.type === "integer" || known.type === "number") return 0;
  if (known.type === "boolean") return false;
  if (known.format === "date-time") return "2026-01-31T20:15:00Z";
  if (name === "scopes") return "streams";
  return name === "name" ? "my-stream" : name;
}

/** Text with `code` in backquotes. */
const prose = (text) => (text || "").split("`").map((part, index) => (index % 2 ? code(part) : part));

function fieldTable(fields, second = "In") {
  const body = make("tbody");
  for (const { name, type, about, where } of fields)
    body.append(make("tr", {}, make("td", {}, code(name)), make("td", {}, where || ""), make("td", {}, type), make("td", {}, ...prose(about))));
  const head = make("tr", {}, ...["Field", second, "Type", "Meaning"].map((text) => make("th", { scope: "col" }, text)));
  return make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Fields" }, make("table", {}, make("thead", {}, head), body));
}

function schemaFields(schema, where) {
  const known = resolve(schema);
  const needed = new Set(known.required || []);
  return Object.entries(known.properties || {}).map(([name, value]) => ({
    name, where: where || (needed.has(name) ? "always" : "where known"), type: typeName(value), about: value.description,
  }));
}

function schemaBlock(schema, seen = new Set()) {
  const block = make("div", {}, fieldTable(schemaFields(schema), "Given"));
  for (const value of Object.values(resolve(schema).properties || {})) {
    const inner = value.$ref || (value.items && value.items.$ref);
    if (!inner || seen.has(inner)) continue;
    seen.add(inner);
    block.append(make("h4", {}, typeName({ $ref: inner })), schemaBlock({ $ref: inner }, seen));
  }
  return block;
}

function curlOf(operation, method, path) {
  const parts = [`curl ${method === "get" ? "" : `-X ${method.toUpperCase()} `}${location.origin}${path}`];
  if (operation.security.length) parts.push("-H 'Authorization: Bearer KEY'");
  const body = operation.requestBody;
  if (body) {
    parts.push("-H 'Content-Type: application/json'");
    parts.push(`-d '${JSON.stringify(example(body.content["application/json"].schema))}'`);
  }
  return parts.join(" \\\n  ");
}

function tryForm(operation, method, path) {
  const form = make("form", { autocomplete: "off" });
  const inputs = (operation.parameters || []).map((parameter) => {
    const id = `${operation.operationId}-${parameter.name}`;
    const input = make("input", { id, spellcheck: "false" });
    form.append(make("label", { for: id }, `${parameter.name} (${parameter.in})`), input);
    return { parameter, input };
  });
  let body;
  if (operation.requestBody) {
    const id = `${operation.operationId}-body`;
    body = make("textarea", { id, spellcheck: "false" });
    body.value = JSON.stringify(example(operation.requestBody.content["application/json"].schema), null, 2);
    form.append(make("label", { for: id }, "Body"), body);
  }
  const result = make("pre", { "aria-live": "polite", tabindex: "0" });
  result.hidden = true;
  form.append(make("button", { type: "submit" }, "Send"), result);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let target = path;
    const query = new URLSearchParams();
    for (const { parameter, input } of inputs) {
      if (parameter.in === "path") target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      else if (input.value !== "") query.append(parameter.name, input.value);
    }
    const headers = {};
    if (byId("key").value) headers.Authorization = `Bearer ${byId("key").value}`;
    if (body) headers["Content-Type"] = "application/json";
    result.hidden = false;
    result.textContent = "…";
    try {
      const answer = await fetch(target + (query.size ? `?${query}` : ""), { method: method.toUpperCase(), headers, body: body ? body.value : undefined });
      const text = await answer.text();
      let shown = text;
      try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: as it came */ }
      result.textContent = `${answer.status} ${answer.statusText}\n\n${shown}`;
    } catch (problem) {
      result.textContent = `The server could not be reached: ${problem.message}`;
    }
  });
  return make("details", {}, make("summary", {}, "Try it"), form);
}

function callArticle(operation, method, path) {
  const article = make("article", { id: operation.operationId });
  const permission = operation.security.length ? `Permission ${operation["x-permission"]}` : "Public";
  article.append(
    make("h3", {}, make("span", { class: `badge ${method}` }, method.toUpperCase()), make("code", { class: "path" }, path)),
    make("p", {}, ...prose(operation.description)),
    make("ul", { class: "facts" }, ...[permission, `At most ${operation["x-rate"]}`, `gRPC ${operation["x-grpc"]}`].map((text) => make("li", {}, text))));

  const fields = (operation.parameters || []).map((p) => ({ name: p.name, where: p.in, type: typeName(p.schema), about: p.description }));
  if (operation.requestBody) fields.push(...schemaFields(operation.requestBody.content["application/json"].schema, "body"));
  if (fields.length) article.append(make("h4", {}, "Request"), fieldTable(fields));

  const [status, done] = Object.entries(operation.responses).find(([key]) => key.startsWith("2"));
  const schema = done.content["application/json"].schema;
  const answer = Object.keys(resolve(schema).properties).length ? schemaBlock(schema) : make("p", {}, "An empty object.");
  article.append(make("details", {}, make("summary", {}, `Answer ${status}: ${typeName(schema)}`), answer));

  const curl = make("pre", { tabindex: "0" }, curlOf(operation, method, path));
  const copy = make("button", { type: "button", class: "plain" }, "Copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(curl.textContent);
    copy.textContent = "Copied";
    setTimeout(() => { copy.textContent = "Copy"; }, 1500);
  });
  article.append(make("h4", {}, "With curl"), curl);
  if (navigator.clipboard) article.append(copy);
  article.append(tryForm(operation, method, path));
  return article;
}

function draw() {
  byId("version").textContent = api.info.version;
  byId("description").replaceChildren(...prose(api.info.description));
  const main = byId("calls");
  const nav = byId("nav");
  main.replaceChildren();
  for (const tag of api.tags) {
    const list = make("ul");
    nav.append(make("h2", {}, tag.name), list);
    main.append(make("h2", {}, tag.name), make("p", {}, tag.description || ""));
    for (const [path, methods] of Object.entries(api.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (!operation.tags.includes(tag.name)) continue;
        list.append(make("li", {}, make("a", { href: `#${operation.operationId}` }, operation.operationId)));
        main.append(callArticle(operation, method, path));
      }
    }
  }
  main.append(make("h2", {}, "Errors"), make("p", {}, "Every error is a problem document (RFC 9457), application/problem+json."),
    schemaBlock({ $ref: "#/components/schemas/Problem" }));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

byId("key-form").addEventListener("submit", (event) => event.preventDefault());
fetch("/api/openapi.json")
  .then((answer) => answer.json())
  .then((document) => { api = document; draw(); })
  .catch((problem) => { byId("loading").textContent = `The reference could not be loaded: ${problem.message}`; });
