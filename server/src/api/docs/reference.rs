//! What the page about the API shows, taken from `openapi.json`.

use serde_json::{Map, Value};

/// The whole page.
pub(super) struct Reference {
    pub(super) groups: Vec<Group>,
    pub(super) types: Vec<Described>,
}

/// Routes that belong together.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) operations: Vec<Operation>,
}

/// One method of one path.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: Words,
    pub(super) description: Words,
    pub(super) takes_session: bool,
    /// Of the query and the path.
    pub(super) parameters: Vec<Field>,
    /// The keys of the body; none when there is no body.
    pub(super) body: Vec<Field>,
    pub(super) answers: Vec<Answer>,
}

/// What a status means.
pub(super) struct Answer {
    pub(super) status: String,
    pub(super) description: Words,
    pub(super) body: Option<Sort>,
}

/// An object that is answered, with its keys.
pub(super) struct Described {
    pub(super) name: String,
    pub(super) description: Words,
    pub(super) fields: Vec<Field>,
}

pub(super) struct Field {
    pub(super) name: String,
    pub(super) sort: Sort,
    pub(super) is_required: bool,
    pub(super) description: Words,
}

/// A sentence, with code in it.
pub(super) struct Words(pub(super) Vec<Word>);

pub(super) enum Word {
    Text(String),
    Code(String),
}

/// What a value is, and the type that says more about it.
pub(super) struct Sort {
    pub(super) words: String,
    pub(super) described: Option<String>,
}

impl Reference {
    pub(super) fn read(description: &Value) -> Self {
        let schemas = &description["components"]["schemas"];
        let mut groups: Vec<Group> = Vec::new();
        let mut bodies = Vec::new();
        for (path, item) in entries(&description["paths"]) {
            for (method, operation) in entries(item) {
                let name = text(&operation["tags"][0]);
                bodies.extend(body_of(operation).described);
                let operation = Operation::read(path, method, operation, schemas);
                match groups.iter_mut().find(|group| group.name == name) {
                    Some(group) => group.operations.push(operation),
                    None => groups.push(Group {
                        name,
                        operations: vec![operation],
                    }),
                }
            }
        }
        // Bodies are shown with what takes them.
        let types = entries(schemas).filter(|(name, _)| !bodies.iter().any(|body| body == name));
        let types = types.map(|(name, schema)| Described::read(name, schema));
        Self {
            groups,
            types: types.collect(),
        }
    }
}

impl Operation {
    fn read(path: &str, method: &str, operation: &Value, schemas: &Value) -> Self {
        let body = body_of(operation).described.unwrap_or_default();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let responses = entries(&operation["responses"]);
        Self {
            id: text(&operation["operationId"]),
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary: Words::of(&operation["summary"]),
            description: Words::of(&operation["description"]),
            takes_session: operation["security"].is_array(),
            parameters: parameters.map(parameter).collect(),
            body: fields(&schemas[body]),
            answers: responses
                .map(|(status, response)| Answer::read(status, response))
                .collect(),
        }
    }
}

impl Answer {
    fn read(status: &str, response: &Value) -> Self {
        Self {
            status: status.to_owned(),
            description: Words::of(&response["description"]),
            body: content(response),
        }
    }
}

impl Described {
    fn read(name: &str, schema: &Value) -> Self {
        Self {
            name: name.to_owned(),
            description: Words::of(&schema["description"]),
            fields: fields(schema),
        }
    }
}

impl Words {
    /// Code stands between backticks.
    fn of(value: &Value) -> Self {
        let pieces = value.as_str().unwrap_or_default().split('`').enumerate();
        let pieces = pieces.filter(|(_, piece)| !piece.is_empty());
        let words = pieces.map(|(at, piece)| match at % 2 {
            0 => Word::Text(piece.to_owned()),
            _ => Word::Code(piece.to_owned()),
        });
        Self(words.collect())
    }
}

fn fields(schema: &Value) -> Vec<Field> {
    let required = schema["required"].as_array().into_iter().flatten();
    let required: Vec<&str> = required.filter_map(Value::as_str).collect();
    let fields = entries(&schema["properties"]).map(|(field, property)| Field {
        name: field.to_owned(),
        sort: Sort::of(property),
        is_required: required.contains(&field),
        description: Words::of(&property["description"]),
    });
    fields.collect()
}

fn body_of(operation: &Value) -> Sort {
    Sort::of(&operation["requestBody"]["content"]["application/json"]["schema"])
}

fn parameter(parameter: &Value) -> Field {
    Field {
        name: text(&parameter["name"]),
        sort: Sort::of(&parameter["schema"]),
        is_required: parameter["required"].as_bool().unwrap_or_default(),
        description: Words::of(&parameter["description"]),
    }
}

fn content(of: &Value) -> Option<Sort> {
    let schema = &of["content"]["application/json"]["schema"];
    (!schema.is_null()).then(|| Sort::of(schema))
}

impl Sort {
    fn of(schema: &Value) -> Self {
        let several = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
        let several = several
            .into_iter()
            .flatten()
            .find(|one| one["type"] != "null");
        if let Some(one) = several {
            return Self::of(one);
        }
        if let Some(name) = schema["$ref"]
            .as_str()
            .and_then(|link| link.rsplit('/').next())
        {
            return Self {
                words: name.to_owned(),
                described: Some(name.to_owned()),
            };
        }
        let sort = match &schema["type"] {
            Value::Array(sorts) => sorts
                .iter()
                .find(|sort| *sort != "null")
                .cloned()
                .unwrap_or_default(),
            one => one.clone(),
        };
        if sort == "array" {
            let of = Self::of(&schema["items"]);
            return Self {
                words: format!("list of {}", of.words),
                described: of.described,
            };
        }
        let words = match schema["format"].as_str() {
            Some("date-time") => "moment".to_owned(),
            _ => text(&sort),
        };
        Self {
            words: if words.is_empty() {
                "null".to_owned()
            } else {
                words
            },
            described: None,
        }
    }
}

fn entries(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let object = object.as_object().into_iter().flat_map(Map::iter);
    object.map(|(name, value)| (name.as_str(), value))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
