// Makes a Postman collection of an OpenAPI document: node api/collection.js OPENAPI COLLECTION
// The converter makes a request of each call; flow.js says with what and in which order they are sent; what an answer must be,
// the document says itself.
const { readFileSync, writeFileSync } = require('node:fs');
const { convertV2 } = require('openapi-to-postmanv2');
const { flow, leftOut } = require('./flow.js');

const [source, target] = process.argv.slice(2);
const api = JSON.parse(readFileSync(source, 'utf8'));

/** JSON Schema knows neither `nullable` nor the formats of numbers. Members that the document does not name are not allowed. */
function strict(schema, open = false) {
    if (Array.isArray(schema)) {
        return schema.map((one) => strict(one, open));
    }
    if (schema === null || typeof schema !== 'object') {
        return schema;
    }
    const result = {};
    for (const [key, value] of Object.entries(schema)) {
        if (key !== 'nullable' && key !== 'format' && key !== 'description') {
            result[key] = key === 'properties' ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, strict(member, open)])) : strict(value, open);
        }
    }
    if (!open && schema.properties && schema.additionalProperties === undefined) {
        result.additionalProperties = false;
    }
    return result;
}

const schemas = Object.fromEntries(Object.entries(api.components.schemas).map(([name, schema]) => [name, strict(schema, name === 'Problem')]));

/** What the document says about an answer. */
function answer(call, status) {
    const [method, path] = call.split(' ');
    let said = api.paths[path][method].responses[status];
    if (!said) {
        throw new Error(`${call} is expected to answer ${status}, which the document does not mention`);
    }
    if (said.$ref) {
        said = api.components.responses[said.$ref.split('/').pop()];
    }
    const types = Object.keys(said.content ?? {});
    const [type, content] = Object.entries(said.content ?? {})[0] ?? [];
    return { status, types, schema: content?.schema && /json$/.test(type) && !/ndjson/.test(type) ? strict(content.schema) : undefined };
}

/** The names of the schemas that this one needs, so that a test carries no more than that. */
function needed(schema, found = new Set()) {
    for (const [, name] of JSON.stringify(schema ?? {}).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
        if (!found.has(name)) {
            found.add(name);
            needed(schemas[name], found);
        }
    }
    return found;
}

function test(step) {
    const { status, types, schema } = answer(step.call, step.status);
    const lines = [`pm.test('answers ${status}', () => pm.response.to.have.status(${status}));`];
    if (types.length > 0) {
        lines.push(`pm.test('is ${types.join(' or ')}', () => pm.expect(${JSON.stringify(types)}).to.include(pm.response.headers.get('Content-Type').replace(/;.*/, '')));`);
    }
    if (schema) {
        const whole = { ...schema, components: { schemas: Object.fromEntries([...needed(schema)].map((name) => [name, schemas[name]])) } };
        // A $ref hides what stands beside it.
        const root = schema.$ref ? { allOf: [{ $ref: schema.$ref }], components: whole.components } : whole;
        lines.push(`pm.test('is what the document says', () => pm.response.to.have.jsonSchema(${JSON.stringify(root)}));`);
    }
    if (status >= 400) {
        lines.push(`pm.test('tells its own status', () => pm.expect(pm.response.json().status).to.equal(${status}));`);
    }
    for (const [name, path] of Object.entries(step.set ?? {})) {
        lines.push(`pm.collectionVariables.set('${name}', pm.response.json().${path});`);
    }
    return { listen: 'test', script: { type: 'text/javascript', exec: lines } };
}

function request(made, step) {
    const result = structuredClone(made);
    delete result.name;
    result.auth = null;
    delete result.auth;
    result.url.variable = Object.entries(step.path ?? {}).map(([key, value]) => ({ key, value }));
    result.url.query = Object.entries(step.query ?? {}).map(([key, value]) => ({ key, value }));
    const body = step.text ?? (step.body && JSON.stringify(step.body, null, 2));
    result.body = body === undefined ? undefined : { mode: 'raw', raw: body };
    result.header = [
        { key: 'Accept', value: '*/*' },
        ...(body === undefined ? [] : [{ key: 'Content-Type', value: step.text ? 'text/plain' : 'application/json' }]),
    ];
    return result;
}

convertV2({ type: 'json', data: api }, { requestParametersResolution: 'Example', folderStrategy: 'Tags' }, (failure, conversion) => {
    if (failure || !conversion.result) {
        throw new Error(`the document cannot be converted: ${failure ?? conversion.reason}`);
    }
    const converted = conversion.output[0].data;
    const made = new Map();
    const walk = (item, folder) => {
        if (item.item) {
            item.item.forEach((inner) => walk(inner, item.name));
        } else {
            const path = '/' + item.request.url.path.map((part) => part.replace(/^:(.*)/, '{$1}')).join('/');
            made.set(`${item.request.method.toLowerCase()} ${path}`, { folder, item });
        }
    };
    converted.item.forEach((item) => walk(item));
    const wanted = new Set([...flow.map((step) => step.call), ...Object.keys(leftOut)]);
    const forgotten = [...made.keys()].filter((call) => !wanted.has(call));
    const unknown = [...wanted].filter((call) => !made.has(call));
    if (forgotten.length > 0 || unknown.length > 0) {
        throw new Error(`api/flow.js leaves out [${forgotten}] and names [${unknown}], which the document does not have`);
    }
    const collection = {
        info: { name: api.info.title, description: api.info.description, schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
        auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{bearerToken}}', type: 'string' }] },
        variable: [{ key: 'baseUrl', value: 'http://localhost:8001' }],
        event: [
            { listen: 'prerequest', script: { type: 'text/javascript', exec: ["// What a run makes is new each time.", "pm.collectionVariables.get('run') || pm.collectionVariables.set('run', 'run-' + Date.now().toString(36));"] } },
        ],
        item: flow.map((step) => ({
            name: step.call.replace(/^\w+/, (method) => method.toUpperCase()) + (step.as ? ': ' + step.as : ''),
            event: [test(step)],
            request: request(made.get(step.call).item.request, step),
        })),
    };
    writeFileSync(target, JSON.stringify(collection, null, 2) + '\n');
});
