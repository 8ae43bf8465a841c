"""
POSTER-Var in plain PyTorch: eager, functional, under the names of the official state dict. It needs torch and nothing else.

    checkpoint = torch.load("model.pth", weights_only=True)
    mu, logvar = predict(checkpoint, images)
"""
import torch
import torch.nn.functional as F


class Scope:
    """Weights under a name prefix; `store(name, shape, trainable)` gives a tensor."""

    def __init__(self, store, training, frozen=False, prefix=""):
        self.store, self.training, self.frozen, self.prefix = store, training, frozen, prefix

    def at(self, name, frozen=None):
        return Scope(self.store, self.training, self.frozen if frozen is None else frozen, f"{self.prefix}{name}.")

    def __call__(self, name, *shape):
        return self.store(self.prefix + name, shape, not self.frozen and not name.split(".")[-1].startswith("running_"))

    def conv(self, name, x, out, kernel=3, stride=1, groups=1, bias=False, pad=None):
        weight = self(f"{name}.weight", out, x.shape[1] // groups, kernel, kernel)
        offset = self(f"{name}.bias", out) if bias else None
        return F.conv2d(x, weight, offset, stride, (kernel - 1) // 2 if pad is None else pad, groups=groups)

    def norm(self, name, x):
        n = x.shape[1]
        running = self(f"{name}.running_mean", n), self(f"{name}.running_var", n)
        return F.batch_norm(x, *running, self(f"{name}.weight", n), self(f"{name}.bias", n), self.training, 0.1, 1e-5)

    def prelu(self, name, x):
        return F.prelu(x, self(f"{name}.weight", x.shape[1]))

    def linear(self, name, x, out):
        return F.linear(x, self(f"{name}.weight", out, x.shape[-1]), self(f"{name}.bias", out))

    def layer_norm(self, name, x, eps):
        n = x.shape[-1]
        return F.layer_norm(x, (n,), self(f"{name}.weight", n), self(f"{name}.bias", n), eps)


def conv_block(net, x, out, kernel=1, stride=1, groups=1):
    return net.prelu("prelu", net.norm("bn", net.conv("conv", x, out, kernel, stride, groups)))


def depthwise_unit(net, x, out, groups, stride):
    y = conv_block(net.at("conv"), x, groups)
    y = conv_block(net.at("conv_dw"), y, groups, 3, stride, groups)
    project = net.at("project")
    return project.norm("bn", project.conv("conv", y, out, 1))


def mobile_face_net(net, x):
    x = conv_block(net.at("conv1"), x, 64, 3, 2)
    x = conv_block(net.at("conv2_dw"), x, 64, 3, 1, 64)
    maps = []
    stages = (("23", "3", 64, 128, 128, 4), ("34", "4", 128, 256, 256, 6), ("45", "5", 128, 512, 256, 2))
    for first, rest, out, expand, groups, units in stages:
        x = depthwise_unit(net.at(f"conv_{first}"), x, out, expand, 2)
        for unit in range(units):
            x = x + depthwise_unit(net.at(f"conv_{rest}.model.{unit}"), x, out, groups, 1)
        maps.append(x)
    return maps[0], maps[1], conv_block(net.at("conv_6_sep"), x, 512)


def ir50(net, x):
    x = net.prelu("input_layer.2", net.norm("input_layer.1", net.conv("input_layer.0", x, 64)))
    maps = []
    for body, (units, out) in enumerate(((3, 64), (4, 128), (14, 256)), 1):
        for index in range(units):
            unit, stride = net.at(f"body{body}.{index}"), 2 if index == 0 else 1
            if x.shape[1] != out:
                short = unit.norm("shortcut_layer.1", unit.conv("shortcut_layer.0", x, out, 1, stride))
            else:
                short = F.max_pool2d(x, 1, stride)
            y = unit.prelu("res_layer.2", unit.conv("res_layer.1", unit.norm("res_layer.0", x), out))
            x = unit.norm("res_layer.4", unit.conv("res_layer.3", y, out, 3, stride)) + short
        maps.append(x)
    return maps


def heads_of(x, heads):
    return x.reshape(*x.shape[:2], heads, -1).transpose(1, 2)


def relative_index(side):
    place = torch.stack(torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")).flatten(1)
    apart = place[:, :, None] - place[:, None, :] + side - 1
    return apart[0] * (2 * side - 1) + apart[1]


INDEX = {side: relative_index(side).flatten() for side in (28, 14, 7)}


def attend(net, level, image, landmarks, side, heads, drop):
    batch, channels = image.shape[:2]
    tokens = lambda x: x.permute(0, 2, 3, 1).reshape(batch, side * side, channels)
    shortcut = net.at(f"window{level}").layer_norm("norm", tokens(image), 1e-5)
    attn = net.at(f"attn{level}")
    key, value = attn.linear("qkv", shortcut, 2 * channels).split(channels, -1)
    table = attn("relative_position_bias_table", (2 * side - 1) ** 2, heads)
    bias = table[INDEX[side]].reshape(side * side, side * side, heads).permute(2, 0, 1)
    scores = heads_of(tokens(landmarks), heads) * 32**-0.5 @ heads_of(key, heads).transpose(-2, -1) + bias
    mixed = (scores.softmax(-1) @ heads_of(value, heads)).transpose(1, 2).reshape(batch, side * side, channels)
    ffn = net.at(f"ffn{level}")
    branch = lambda index, x: x if drop is None or level == 1 else x * drop[:, 2 * (level - 2) + index, None, None]
    x = shortcut + branch(0, ffn("gamma1", channels) * attn.linear("proj", mixed, channels))
    hidden = F.gelu(ffn.linear("mlp.fc1", ffn.layer_norm("norm", x, 1e-5), 4 * channels))
    x = x + branch(1, ffn("gamma2", channels) * ffn.linear("mlp.fc2", hidden, channels))
    return x.transpose(1, 2).reshape(batch, channels, side, side)


def vision_transformer(net, x):
    batch, width = x.shape[0], 768
    x = torch.cat((net("cls_token", 1, 1, width).expand(batch, -1, -1), x), 1) + net("pos_embed", 1, 148, width)
    for index in range(2):
        block = net.at(f"blocks.{index}")
        parts = block.linear("attn.qkv", block.layer_norm("norm1", x, 1e-6), 3 * width).split(width, -1)
        query, key, value = (heads_of(part, 8) for part in parts)
        mixed = (query * 96**-0.5 @ key.transpose(-2, -1)).softmax(-1) @ value
        x = x + block.linear("attn.proj", mixed.transpose(1, 2).reshape(x.shape), width)
        hidden = F.gelu(block.linear("mlp.fc1", block.layer_norm("norm2", x, 1e-6), 4 * width))
        x = x + block.linear("mlp.fc2", hidden, width)
    v = net.layer_norm("norm", x, 1e-6)[:, 0]
    return v * net.linear("se_block.linear2", F.relu(net.linear("se_block.linear1", v, width)), width).sigmoid()


def forward(store, images, classes=7, training=False, drop=None, vich=True, layer_embedding=True):
    """
    images [B, 3, 224, 224] -> mu, logvar [B, classes]; without VICH, logvar is None.
    `drop` [B, 4]: factors of the droppable residual branches.
    """
    net = Scope(store, training)
    half = F.interpolate(images, 112)
    landmarks = list(mobile_face_net(net.at("face_landback", frozen=True), half))
    levels = ir50(net.at("ir_back"), half)
    landmarks[2] = net.conv("last_face_conv", landmarks[2], 256, bias=True)
    for index, (side, heads) in enumerate(((28, 2), (14, 4), (7, 8))):
        image = net.conv(f"conv{index + 1}", levels[index], levels[index].shape[1], 3, 2, bias=True)
        levels[index] = attend(net, index + 1, image, landmarks[index], side, heads, drop)
    fine = F.gelu(net.conv("embed_q.0", levels[0], 768, 3, 2, bias=True))
    maps = (
        F.gelu(net.conv("embed_q.2", fine, 768, 3, 2, bias=True)),
        F.gelu(net.conv("embed_k.0", levels[1], 768, 3, 2, bias=True)),
        F.gelu(net.conv("embed_v.0", levels[2], 768, 1, bias=True)),
    )
    tokens = [x.flatten(2).transpose(1, 2) for x in maps]
    if layer_embedding:
        embeds = net("level_embeds", 3, 1, 768)
        tokens = [x + embeds[level] for level, x in enumerate(tokens)]
    vit = net.at("VIT")
    features = vision_transformer(vit, net.layer_norm("fusion_norm", torch.cat(tokens, 1), 1e-5))
    if not vich:
        return vit.linear("head.linear", features, classes), None
    return vit.linear("head_vae.fc_mu", features, classes), vit.linear("head_vae.fc_logvar", features, classes)


def predict(checkpoint, images):
    """mu and logvar of a checkpoint that `torch.load` has read; images [B, 3, 224, 224], normalised."""
    weights, vich = checkpoint["model"], checkpoint["vich"] == "true"
    classes = len(weights["VIT.head_vae.fc_mu.bias" if vich else "VIT.head.linear.bias"])

    def store(name, shape, trainable):
        if weights[name].shape != torch.Size(shape):
            raise ValueError(f"{name} is {tuple(weights[name].shape)} and must be {tuple(shape)}")
        return weights[name]

    with torch.inference_mode():
        return forward(store, images, classes, vich=vich, layer_embedding=checkpoint["layerEmbedding"] == "true")
