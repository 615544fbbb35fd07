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
    pub(super) summary: String,
    pub(super) description: String,
    pub(super) takes_session: bool,
    pub(super) parameters: Vec<Field>,
    pub(super) body: Option<Sort>,
    pub(super) answers: Vec<Answer>,
}

/// What a status means.
pub(super) struct Answer {
    pub(super) status: String,
    pub(super) description: String,
    pub(super) body: Option<Sort>,
}

/// An object, with its keys.
pub(super) struct Described {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) fields: Vec<Field>,
}

pub(super) struct Field {
    pub(super) name: String,
    pub(super) sort: Sort,
    pub(super) is_required: bool,
    pub(super) description: String,
}

/// What a value is, and the type that says more about it.
pub(super) struct Sort {
    pub(super) words: String,
    pub(super) described: Option<String>,
}

impl Reference {
    pub(super) fn read(description: &Value) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        for (path, item) in entries(&description["paths"]) {
            for (method, operation) in entries(item) {
                let name = text(&operation["tags"][0]);
                let operation = Operation::read(path, method, operation);
                match groups.iter_mut().find(|group| group.name == name) {
                    Some(group) => group.operations.push(operation),
                    None => groups.push(Group {
                        name,
                        operations: vec![operation],
                    }),
                }
            }
        }
        let types = entries(&description["components"]["schemas"]);
        let types = types.map(|(name, schema)| Described::read(name, schema));
        Self {
            groups,
            types: types.collect(),
        }
    }
}

impl Operation {
    fn read(path: &str, method: &str, operation: &Value) -> Self {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let responses = entries(&operation["responses"]);
        Self {
            id: text(&operation["operationId"]),
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary: text(&operation["summary"]),
            description: text(&operation["description"]),
            takes_session: operation["security"].is_array(),
            parameters: parameters.map(parameter).collect(),
            body: content(&operation["requestBody"]),
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
            description: text(&response["description"]),
            body: content(response),
        }
    }
}

impl Described {
    fn read(name: &str, schema: &Value) -> Self {
        let required = schema["required"].as_array().into_iter().flatten();
        let required: Vec<&str> = required.filter_map(Value::as_str).collect();
        let fields = entries(&schema["properties"]).map(|(field, property)| Field {
            name: field.to_owned(),
            sort: Sort::of(property),
            is_required: required.contains(&field),
            description: text(&property["description"]),
        });
        Self {
            name: name.to_owned(),
            description: text(&schema["description"]),
            fields: fields.collect(),
        }
    }
}

fn parameter(parameter: &Value) -> Field {
    Field {
        name: text(&parameter["name"]),
        sort: Sort::of(&parameter["schema"]),
        is_required: parameter["required"].as_bool().unwrap_or_default(),
        description: text(&parameter["description"]),
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
