<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>AboutPage</name>
    <message>
        <source>Runs language models on your own computer. Free software under the Apache licence 2.0. It uses Qt under the LGPL version 3, as separate libraries that you may replace, and the packages below.</source>
        <translation>在您自己的电脑上运行语言模型。本软件是自由软件，采用 Apache 2.0 许可证。它以可替换的独立库的形式使用 Qt（LGPL 第 3 版），并使用下列软件包。</translation>
    </message>
    <message>
        <source>Packages and licences</source>
        <translation>软件包与许可证</translation>
    </message>
    <message>
        <source>Copy versions</source>
        <translation>复制版本信息</translation>
    </message>
</context>
<context>
    <name>ChatPage</name>
    <message>
        <source>Links of this kind are not opened: {address}</source>
        <translation>不会打开此类链接：{address}</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Deleted “{title}”</source>
        <translation>已删除“{title}”</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>The conversation with this message is {tokens} tokens long, and the model reads at most {limit}. Shorten it by {excess} tokens or start a new conversation.</source>
        <translation>加上这条消息，对话共有 {tokens} 个词元，而模型最多读取 {limit} 个。请缩短 {excess} 个词元，或开始新对话。</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>&amp;New chat</source>
        <translation>新对话(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>设置(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>剪切(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>复制(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>粘贴(&amp;P)</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>全选(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Search conversations</source>
        <translation>搜索对话(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Conversation list</source>
        <translation>对话列表(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Generation settings</source>
        <translation>生成设置(&amp;G)</translation>
    </message>
    <message>
        <source>Go to the &amp;message field</source>
        <translation>转到消息框(&amp;M)</translation>
    </message>
    <message>
        <source>Like the s&amp;ystem</source>
        <translation>跟随系统(&amp;Y)</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>浅色(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>深色(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Full screen</source>
        <translation>全屏(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Choose a model</source>
        <translation>选择模型(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Load the chosen model</source>
        <translation>加载所选模型(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Eject the model</source>
        <translation>卸载模型(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Download the starter model</source>
        <translation>下载入门模型(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation>重命名(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>删除(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Undo the deletion</source>
        <translation>撤销删除(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Stop the answer</source>
        <translation>停止回答(&amp;S)</translation>
    </message>
    <message>
        <source>Answer &amp;again</source>
        <translation>重新回答(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>键盘快捷键(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Install a launcher</source>
        <translation>安装启动图标(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Open the log folder</source>
        <translation>打开日志文件夹(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;About Desktop LLM</source>
        <translation>关于 Desktop LLM(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>模型(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Conversation</source>
        <translation>对话(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Appearance</source>
        <translation>外观(&amp;A)</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>Write a message…</source>
        <translation>输入消息…</translation>
    </message>
    <message>
        <source>Shift+Enter starts a new line</source>
        <translation>Shift+Enter 换行</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop (Esc)</source>
        <translation>停止（Esc）</translation>
    </message>
    <message>
        <source>Send (Enter)</source>
        <translation>发送（Enter）</translation>
    </message>
</context>
<context>
    <name>ContextMeter</name>
    <message>
        <source>{tokens} of {limit} tokens</source>
        <translation>{tokens} / {limit} 词元</translation>
    </message>
    <message>
        <source>Context in use: {figures}</source>
        <translation>已用上下文：{figures}</translation>
    </message>
    <message>
        <source>Tokens of the conversation so far, of those that the model can read.</source>
        <translation>对话目前的词元数，以及模型最多能读取的词元数。</translation>
    </message>
</context>
<context>
    <name>ConversationList</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Search conversations</source>
        <translation>搜索对话</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Nothing found.</source>
        <translation>没有找到。</translation>
    </message>
    <message>
        <source>Your conversations appear here.</source>
        <translation>您的对话会显示在这里。</translation>
    </message>
</context>
<context>
    <name>ConversationRows</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>Last seven days</source>
        <translation>最近七天</translation>
    </message>
    <message>
        <source>Last thirty days</source>
        <translation>最近三十天</translation>
    </message>
    <message>
        <source>Older</source>
        <translation>更早</translation>
    </message>
</context>
<context>
    <name>CrashDialog</name>
    <message>
        <source>Something unexpected happened</source>
        <translation>发生了意外</translation>
    </message>
    <message>
        <source>Desktop LLM ended unexpectedly the last time it ran.</source>
        <translation>Desktop LLM 上次运行时意外结束。</translation>
    </message>
    <message>
        <source>A fault in Desktop LLM stopped what it was doing.</source>
        <translation>Desktop LLM 的一个故障中断了它正在做的事。</translation>
    </message>
    <message>
        <source>Everything that was shown as saved is safe, and you can go on working.</source>
        <translation>所有显示为已保存的内容都是安全的，您可以继续使用。</translation>
    </message>
    <message>
        <source>To report the fault, copy the details below; nothing is sent by itself. Read them first: they may quote what you were working on.</source>
        <translation>要报告此故障，请复制下面的详细信息；不会自动发送任何内容。请先查看一遍，其中可能引用了您正在处理的内容。</translation>
    </message>
    <message>
        <source>Details of the fault</source>
        <translation>故障详情</translation>
    </message>
    <message>
        <source>&amp;Copy details</source>
        <translation>复制详情(&amp;C)</translation>
    </message>
    <message>
        <source>Copy the details of the fault</source>
        <translation>复制故障详情</translation>
    </message>
    <message>
        <source>C&amp;lose</source>
        <translation>关闭(&amp;L)</translation>
    </message>
    <message>
        <source>Close the report</source>
        <translation>关闭报告</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
</context>
<context>
    <name>ErrorBanner</name>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
    <message>
        <source>{safe} {todo}</source>
        <comment>two sentences</comment>
        <translation>{safe}{todo}</translation>
    </message>
</context>
<context>
    <name>GenerationPanel</name>
    <message>
        <source>System prompt</source>
        <translation>系统提示词</translation>
    </message>
    <message>
        <source>How the assistant should behave</source>
        <translation>助手应当如何表现</translation>
    </message>
    <message>
        <source>Comes before the conversation and tells the model who it is to be.</source>
        <translation>位于对话之前，告诉模型它应扮演什么角色。</translation>
    </message>
    <message>
        <source>Stop strings</source>
        <translation>停止字符串</translation>
    </message>
    <message>
        <source>One on each line</source>
        <translation>每行一个</translation>
    </message>
    <message>
        <source>The answer ends before any of these texts.</source>
        <translation>回答会在出现其中任一文本之前结束。</translation>
    </message>
    <message>
        <source>Sampling</source>
        <translation>采样</translation>
    </message>
    <message>
        <source>Reset “{setting}”</source>
        <translation>重置“{setting}”</translation>
    </message>
    <message>
        <source>Back to the default</source>
        <translation>恢复默认值</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Desktop LLM is in your applications menu now.</source>
        <translation>Desktop LLM 已添加到您的应用程序菜单。</translation>
    </message>
</context>
<context>
    <name>MessageCanvas</name>
    <message>
        <source>Go to the newest message</source>
        <translation>转到最新消息</translation>
    </message>
</context>
<context>
    <name>MessageFrame</name>
    <message>
        <source>Unfolded</source>
        <translation>已展开</translation>
    </message>
    <message>
        <source>Folded</source>
        <translation>已折叠</translation>
    </message>
    <message>
        <source>Copy message</source>
        <translation>复制消息</translation>
    </message>
    <message>
        <source>Copy code</source>
        <translation>复制代码</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
</context>
<context>
    <name>MessageList</name>
    <message>
        <source>Code</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>[image: {description}]</source>
        <translation>[图片：{description}]</translation>
    </message>
    <message>
        <source>You</source>
        <translation>您</translation>
    </message>
    <message>
        <source>Assistant</source>
        <translation>助手</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>指令</translation>
    </message>
    <message>
        <source>{speaker}, message {number} of {total}</source>
        <translation>{speaker}，第 {number} 条消息，共 {total} 条</translation>
    </message>
    <message>
        <source>You stopped this answer.</source>
        <translation>您停止了此回答。</translation>
    </message>
    <message>
        <source>This answer was interrupted. Everything up to here is kept.</source>
        <translation>此回答被中断。到此为止的内容都已保留。</translation>
    </message>
    <message>
        <source>The answer reached its length limit.</source>
        <translation>回答已达到长度上限。</translation>
    </message>
    <message>
        <source>Thinking…</source>
        <translation>正在思考…</translation>
    </message>
    <message>
        <source>Thought for a while</source>
        <translation>已思考片刻</translation>
    </message>
    <message>
        <source>Getting ready…</source>
        <translation>正在准备…</translation>
    </message>
    <message>
        <source>Reading the prompt… {percent} %</source>
        <translation>正在读取提示词… {percent}%</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} 词元</translation>
    </message>
    <message>
        <source>{speed} tokens/s</source>
        <translation>{speed} 词元/秒</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>已保存</translation>
    </message>
    <message>
        <source>The answer failed.</source>
        <translation>回答失败。</translation>
    </message>
    <message>
        <source>The answer is complete.</source>
        <translation>回答完成。</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>复制(&amp;C)</translation>
    </message>
    <message>
        <source>Copy &amp;message</source>
        <translation>复制消息(&amp;M)</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>全选(&amp;A)</translation>
    </message>
    <message>
        <source>Open {address}</source>
        <translation>打开 {address}</translation>
    </message>
</context>
<context>
    <name>ModelBar</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>No model yet</source>
        <translation>还没有模型</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>加载</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>正在查找模型…</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Eject</source>
        <translation>卸载</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Downloading: {done}</source>
        <translation>正在下载：{done}</translation>
    </message>
    <message>
        <source>Downloading: {done} of {total}</source>
        <translation>正在下载：{done} / {total}</translation>
    </message>
    <message>
        <source>Starting the engine…</source>
        <translation>正在启动引擎…</translation>
    </message>
    <message>
        <source>Checking the files…</source>
        <translation>正在检查文件…</translation>
    </message>
    <message>
        <source>Preparing the model, this once…</source>
        <translation>正在准备模型，仅此一次…</translation>
    </message>
    <message>
        <source>Reading the model…</source>
        <translation>正在读取模型…</translation>
    </message>
    <message>
        <source>Measuring this computer, this once…</source>
        <translation>正在测量这台电脑，仅此一次…</translation>
    </message>
    <message>
        <source>{stage} {percent} %</source>
        <translation>{stage} {percent}%</translation>
    </message>
</context>
<context>
    <name>NavigationRail</name>
    <message>
        <source>Chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
</context>
<context>
    <name>PrivacyPage</name>
    <message>
        <source>What is sent</source>
        <translation>发送什么</translation>
    </message>
    <message>
        <source>Nothing. Models run on this computer, and what you write stays here. The app connects to the internet only when you download a model.</source>
        <translation>什么都不发送。模型在这台电脑上运行，您写的内容都留在这里。只有在您下载模型时，应用才会连接互联网。</translation>
    </message>
    <message>
        <source>What is kept</source>
        <translation>保存什么</translation>
    </message>
    <message>
        <source>Conversations, settings and converted models are kept in the folders below, which only your account can read. The log holds no text of conversations.</source>
        <translation>对话、设置和转换后的模型保存在下列文件夹中，只有您的账户可以读取。日志中不含对话的文本。</translation>
    </message>
    <message>
        <source>Open the data folder</source>
        <translation>打开数据文件夹</translation>
    </message>
    <message>
        <source>Conversations and models</source>
        <translation>对话与模型</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Cache</source>
        <translation>缓存</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Pages of the settings</source>
        <translation>设置页面</translation>
    </message>
    <message>
        <source>General</source>
        <translation>常规</translation>
    </message>
    <message>
        <source>Models and memory</source>
        <translation>模型与内存</translation>
    </message>
    <message>
        <source>Privacy</source>
        <translation>隐私</translation>
    </message>
    <message>
        <source>About</source>
        <translation>关于</translation>
    </message>
</context>
<context>
    <name>SettingsForm</name>
    <message>
        <source>Reset this page</source>
        <translation>重置此页</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Send the message</source>
        <translation>发送消息</translation>
    </message>
    <message>
        <source>New line</source>
        <translation>换行</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Engine is starting</source>
        <translation>引擎正在启动</translation>
    </message>
    <message>
        <source>No model loaded</source>
        <translation>未加载模型</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>Model ready</source>
        <translation>模型就绪</translation>
    </message>
    <message>
        <source>Engine stopped</source>
        <translation>引擎已停止</translation>
    </message>
    <message>
        <source>Memory of the model: {size}</source>
        <translation>模型占用内存：{size}</translation>
    </message>
    <message>
        <source>Reading the prompt: {done} of {total} tokens</source>
        <translation>正在读取提示词：{done} / {total} 词元</translation>
    </message>
    <message>
        <source>First token after {seconds} s</source>
        <translation>首个词元用时 {seconds} 秒</translation>
    </message>
    <message>
        <source>{speed} tokens/s · first token after {seconds} s</source>
        <translation>{speed} 词元/秒 · 首个词元用时 {seconds} 秒</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>What would you like to know?</source>
        <translation>您想了解什么？</translation>
    </message>
    <message>
        <source>Download the starter</source>
        <translation>下载入门模型</translation>
    </message>
    <message>
        <source>To begin you need a model. {title} is a small one that runs on any computer and needs no account ({size} to download, licence {licence}).</source>
        <translation>首先需要一个模型。{title} 是一个小模型，可在任何电脑上运行，无需账户（下载大小 {size}，许可证 {licence}）。</translation>
    </message>
    <message>
        <source>The starter model knows English only and is often wrong. For Chinese and for better answers, get for example Qwen/Qwen2.5-0.5B-Instruct (about 1 GB) with the command “hf download Qwen/Qwen2.5-0.5B-Instruct”: it then appears in the list of models.</source>
        <translation>入门模型只会英语，而且经常出错。如需中文和更好的回答，可以用命令“hf download Qwen/Qwen2.5-0.5B-Instruct”下载例如 Qwen/Qwen2.5-0.5B-Instruct（约 1 GB），之后它会出现在模型列表中。</translation>
    </message>
    <message>
        <source>Why is the sky blue? Explain it in three sentences.</source>
        <translation>天空为什么是蓝色的？请用三句话解释。</translation>
    </message>
    <message>
        <source>Write a short poem about the sea in autumn.</source>
        <translation>写一首关于秋天的海的短诗。</translation>
    </message>
    <message>
        <source>Make a table of three fruits, their colour and their taste.</source>
        <translation>用表格列出三种水果以及它们的颜色和味道。</translation>
    </message>
    <message>
        <source>Models can be wrong. Check what matters.</source>
        <translation>模型可能出错，重要内容请自行核实。</translation>
    </message>
    <message>
        <source>Ask: {prompt}</source>
        <translation>提问：{prompt}</translation>
    </message>
</context>
<context>
    <name>choices</name>
    <message>
        <source>Like the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation>处理器（CPU）</translation>
    </message>
    <message>
        <source>NVIDIA GPU (CUDA)</source>
        <translation>NVIDIA GPU（CUDA）</translation>
    </message>
    <message>
        <source>Apple GPU (MPS)</source>
        <translation>Apple GPU（MPS）</translation>
    </message>
</context>
<context>
    <name>core</name>
    <message>
        <source>This needs the internet, and --offline forbids it.</source>
        <translation>此操作需要互联网，而 --offline 禁止联网。</translation>
    </message>
    <message>
        <source>Run the command again without --offline.</source>
        <translation>请去掉 --offline 后重新运行该命令。</translation>
    </message>
    <message>
        <source>Desktop LLM made a mistake: {fault}.</source>
        <translation>Desktop LLM 出现了错误：{fault}。</translation>
    </message>
    <message>
        <source>Your conversations and models are untouched.</source>
        <translation>您的对话和模型没有受到影响。</translation>
    </message>
    <message>
        <source>Please report it with the end of {log}.</source>
        <translation>请附上 {log} 的末尾内容报告此问题。</translation>
    </message>
    <message>
        <source>Nothing was lost.</source>
        <translation>没有丢失任何内容。</translation>
    </message>
    <message>
        <source>The launcher could not be changed: {reason} ({path})</source>
        <translation>无法更改启动图标：{reason}（{path}）</translation>
    </message>
    <message>
        <source>The app and your data are as they were.</source>
        <translation>应用和您的数据保持原样。</translation>
    </message>
    <message>
        <source>Make that place writable for you, then try again.</source>
        <translation>请让该位置可写，然后重试。</translation>
    </message>
    <message>
        <source>The model “{name}” needs about {needed} of memory, and {free} are free.</source>
        <translation>模型“{name}”约需 {needed} 内存，而目前空闲 {free}。</translation>
    </message>
    <message>
        <source>It was not loaded, and nothing else was disturbed.</source>
        <translation>模型没有加载，其他内容也没有受到影响。</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model.</source>
        <translation>请关闭其他程序，或选择更小的模型。</translation>
    </message>
    <message>
        <source>There is no model at {path}.</source>
        <translation>{path} 中没有模型。</translation>
    </message>
    <message>
        <source>Your conversations are safe.</source>
        <translation>您的对话是安全的。</translation>
    </message>
    <message>
        <source>Choose another model, or put the folder back.</source>
        <translation>请选择其他模型，或将文件夹放回原处。</translation>
    </message>
    <message>
        <source>The model at {path} is damaged: {detail}.</source>
        <translation>{path} 中的模型已损坏：{detail}。</translation>
    </message>
    <message>
        <source>Nothing was changed, and your conversations are safe.</source>
        <translation>没有更改任何内容，您的对话是安全的。</translation>
    </message>
    <message>
        <source>Download or copy the model again.</source>
        <translation>请重新下载或复制该模型。</translation>
    </message>
    <message>
        <source>The model at {path} has its weights only in a format that can run programs.</source>
        <translation>{path} 中的模型只提供一种可能执行程序的权重格式。</translation>
    </message>
    <message>
        <source>The files were not opened, and nothing in them was run.</source>
        <translation>没有打开这些文件，也没有运行其中的任何内容。</translation>
    </message>
    <message>
        <source>Look for a version of this model with safetensors files.</source>
        <translation>请寻找该模型带有 safetensors 文件的版本。</translation>
    </message>
    <message>
        <source>The model “{name}” is of a kind that this version cannot run: {architecture}.</source>
        <translation>此版本无法运行模型“{name}”的架构：{architecture}。</translation>
    </message>
    <message>
        <source>The model&apos;s files were not changed.</source>
        <translation>模型的文件没有更改。</translation>
    </message>
    <message>
        <source>Choose another model, or update the app.</source>
        <translation>请选择其他模型，或更新应用。</translation>
    </message>
    <message>
        <source>The model “{name}” only works by running programs that came with it.</source>
        <translation>模型“{name}”必须运行其自带的程序才能工作。</translation>
    </message>
    <message>
        <source>None of them was run.</source>
        <translation>没有运行其中任何程序。</translation>
    </message>
    <message>
        <source>Choose a model that needs no programs of its own.</source>
        <translation>请选择不需要自带程序的模型。</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>The language of the window. It changes at once.</source>
        <translation>窗口的语言，立即生效。</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Light, dark, or whatever the system uses.</source>
        <translation>浅色、深色，或跟随系统。</translation>
    </message>
    <message>
        <source>Compute device</source>
        <translation>计算设备</translation>
    </message>
    <message>
        <source>Automatic takes an NVIDIA GPU, then an Apple GPU, then the processor.</source>
        <translation>“自动”依次选用 NVIDIA GPU、Apple GPU 和处理器。</translation>
    </message>
    <message>
        <source>Number format</source>
        <translation>数值格式</translation>
    </message>
    <message>
        <source>Automatic measures what is fastest on this computer, once.</source>
        <translation>“自动”会测量一次，找出这台电脑上最快的格式。</translation>
    </message>
    <message>
        <source>Processor threads</source>
        <translation>处理器线程数</translation>
    </message>
    <message>
        <source>0 uses every core of this computer.</source>
        <translation>0 表示使用这台电脑的所有核心。</translation>
    </message>
    <message>
        <source>An NVIDIA GPU was found ({name}); bfloat16 is the fast format that is safe on it.</source>
        <translation>找到 NVIDIA GPU（{name}）；bfloat16 在其上既快又安全。</translation>
    </message>
    <message>
        <source>An NVIDIA GPU was found ({name}); it has no bfloat16, so float16 is used.</source>
        <translation>找到 NVIDIA GPU（{name}）；它不支持 bfloat16，因此使用 float16。</translation>
    </message>
    <message>
        <source>An Apple GPU was found ({name}); float16 halves the memory that is read per token.</source>
        <translation>找到 Apple GPU（{name}）；float16 使每个词元读取的内存减半。</translation>
    </message>
    <message>
        <source>An Apple GPU was found ({name}); it does not compute float16, so float32 is used.</source>
        <translation>找到 Apple GPU（{name}）；它无法计算 float16，因此使用 float32。</translation>
    </message>
    <message>
        <source>No usable GPU was found; {dtype} is used, bfloat16 and float32 being about equally fast here.</source>
        <translation>没有找到可用的 GPU；使用 {dtype}，在此处理器上 bfloat16 与 float32 的速度大致相同。</translation>
    </message>
    <message>
        <source>No usable GPU was found; on this processor bfloat16 is {ratio} times as fast as float32.</source>
        <translation>没有找到可用的 GPU；在此处理器上 bfloat16 的速度是 float32 的 {ratio} 倍。</translation>
    </message>
    <message>
        <source>No usable GPU was found; on this processor float32 is {ratio} times as fast as bfloat16.</source>
        <translation>没有找到可用的 GPU；在此处理器上 float32 的速度是 bfloat16 的 {ratio} 倍。</translation>
    </message>
    <message>
        <source>Chosen in the settings ({name}).</source>
        <translation>由设置指定（{name}）。</translation>
    </message>
    <message>
        <source>{wish} was chosen in the settings but does not work here; {device} ({name}), {dtype} is used.</source>
        <translation>设置中选择了 {wish}，但在这里无法使用；改用 {device}（{name}），{dtype}。</translation>
    </message>
    <message>
        <source>The memory ran out while the model was working.</source>
        <translation>模型工作时内存耗尽。</translation>
    </message>
    <message>
        <source>The text written so far is kept.</source>
        <translation>已写出的文本已保留。</translation>
    </message>
    <message>
        <source>Shorten the conversation, close other programs, or choose a smaller model.</source>
        <translation>请缩短对话、关闭其他程序，或选择更小的模型。</translation>
    </message>
    <message>
        <source>The chat template of this model could not write the prompt: {detail}</source>
        <translation>此模型的对话模板无法生成提示词：{detail}</translation>
    </message>
    <message>
        <source>Your message is kept.</source>
        <translation>您的消息已保留。</translation>
    </message>
    <message>
        <source>Remove the system prompt and try again, or change the model.</source>
        <translation>请去掉系统提示词后重试，或更换模型。</translation>
    </message>
    <message>
        <source>The chat template of this model did not finish within {seconds} seconds.</source>
        <translation>此模型的对话模板未能在 {seconds} 秒内完成。</translation>
    </message>
    <message>
        <source>It was ended, and your message is kept.</source>
        <translation>它已被终止，您的消息已保留。</translation>
    </message>
    <message>
        <source>Choose another model: this one&apos;s template is faulty.</source>
        <translation>请选择其他模型：此模型的模板有问题。</translation>
    </message>
    <message>
        <source>The conversation is {tokens} tokens long, and this model reads at most {limit}.</source>
        <translation>对话共有 {tokens} 个词元，而此模型最多读取 {limit} 个。</translation>
    </message>
    <message>
        <source>Nothing was cut off, and your message is kept.</source>
        <translation>没有截断任何内容，您的消息已保留。</translation>
    </message>
    <message>
        <source>Shorten the message, or start a new conversation.</source>
        <translation>请缩短消息，或开始新对话。</translation>
    </message>
    <message>
        <source>No model is loaded.</source>
        <translation>没有加载模型。</translation>
    </message>
    <message>
        <source>Choose a model and load it.</source>
        <translation>请选择并加载一个模型。</translation>
    </message>
    <message>
        <source>The prompt is empty.</source>
        <translation>提示词为空。</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>没有更改任何内容。</translation>
    </message>
    <message>
        <source>Write something first.</source>
        <translation>请先输入一些内容。</translation>
    </message>
    <message>
        <source>The adapter at {path} cannot be used by this version.</source>
        <translation>此版本无法使用 {path} 中的适配器。</translation>
    </message>
    <message>
        <source>The model and the adapter were not changed.</source>
        <translation>模型和适配器没有更改。</translation>
    </message>
    <message>
        <source>Load the model without the adapter.</source>
        <translation>请在不使用适配器的情况下加载模型。</translation>
    </message>
    <message>
        <source>The model could not be prepared: {detail}</source>
        <translation>无法准备模型：{detail}</translation>
    </message>
    <message>
        <source>Nothing half-done was left behind.</source>
        <translation>没有留下未完成的内容。</translation>
    </message>
    <message>
        <source>Download the model again and try once more.</source>
        <translation>请重新下载模型后再试。</translation>
    </message>
    <message>
        <source>Preparing the model takes {needed} of disk space in {folder}, and {free} are free.</source>
        <translation>准备模型需要 {folder} 中有 {needed} 磁盘空间，而目前剩余 {free}。</translation>
    </message>
    <message>
        <source>Nothing was written, and nothing was lost.</source>
        <translation>没有写入任何内容，也没有丢失任何内容。</translation>
    </message>
    <message>
        <source>Free some space on this disk and try again.</source>
        <translation>请在此磁盘上释放一些空间后重试。</translation>
    </message>
    <message>
        <source>The process that runs the model ended: {detail}</source>
        <translation>运行模型的进程已结束：{detail}</translation>
    </message>
    <message>
        <source>Your conversations and the text written so far are kept.</source>
        <translation>您的对话和已写出的文本已保留。</translation>
    </message>
    <message>
        <source>Try again: the process starts anew with your next message.</source>
        <translation>请重试：进程会随您的下一条消息重新启动。</translation>
    </message>
    <message>
        <source>The process that runs the model stopped answering.</source>
        <translation>运行模型的进程没有响应。</translation>
    </message>
    <message>
        <source>This model&apos;s numbers are too large for float16, so float32 is used on {name}.</source>
        <translation>此模型的数值超出 float16 的范围，因此在 {name} 上使用 float32。</translation>
    </message>
    <message>
        <source>No model on this computer is called “{name}”.</source>
        <translation>这台电脑上没有名为“{name}”的模型。</translation>
    </message>
    <message>
        <source>Give the name of an installed model, a folder, a .gguf file, or “starter”.</source>
        <translation>请给出已安装模型的名称、文件夹、.gguf 文件，或“starter”。</translation>
    </message>
    <message>
        <source>The starter model is not on this computer yet.</source>
        <translation>这台电脑上还没有入门模型。</translation>
    </message>
    <message>
        <source>Fetch it on the welcome page, or with “desktop-llm models download starter”.</source>
        <translation>请在欢迎页下载，或运行“desktop-llm models download starter”。</translation>
    </message>
    <message>
        <source>The starter model could not be fetched: {detail}</source>
        <translation>无法下载入门模型：{detail}</translation>
    </message>
    <message>
        <source>Try again later, or choose a model that you have already.</source>
        <translation>请稍后重试，或选择您已有的模型。</translation>
    </message>
    <message>
        <source>The starter model arrived damaged.</source>
        <translation>下载的入门模型已损坏。</translation>
    </message>
    <message>
        <source>The damaged file was thrown away.</source>
        <translation>损坏的文件已丢弃。</translation>
    </message>
    <message>
        <source>Fetch it again.</source>
        <translation>请重新下载。</translation>
    </message>
    <message>
        <source>{host} cannot be reached.</source>
        <translation>无法连接 {host}。</translation>
    </message>
    <message>
        <source>Connect this computer to the internet and try again.</source>
        <translation>请将这台电脑连接到互联网后重试。</translation>
    </message>
    <message>
        <source>The model needs {needed} MB on the disk, and {free} MB are free in {folder}.</source>
        <translation>模型需要 {needed} MB 磁盘空间，而 {folder} 中只剩 {free} MB。</translation>
    </message>
    <message>
        <source>Free some space and try again.</source>
        <translation>请释放一些空间后重试。</translation>
    </message>
    <message>
        <source>The folder {folder} cannot be used: {detail}.</source>
        <translation>无法使用文件夹 {folder}：{detail}。</translation>
    </message>
    <message>
        <source>Make the folder writable, or choose another data folder.</source>
        <translation>请让该文件夹可写，或选择其他数据文件夹。</translation>
    </message>
    <message>
        <source>Something went wrong inside the app.</source>
        <translation>应用内部出现了问题。</translation>
    </message>
    <message>
        <source>Try again. If it happens again, please report it.</source>
        <translation>请重试。如果再次发生，请报告此问题。</translation>
    </message>
    <message>
        <source>Conversations cannot be saved: {path} cannot be written.</source>
        <translation>无法保存对话：{path} 不可写。</translation>
    </message>
    <message>
        <source>What was saved before is unchanged, and what you write stays in the window.</source>
        <translation>之前保存的内容没有变化，您写的内容会留在窗口中。</translation>
    </message>
    <message>
        <source>Make the folder writable or connect its disk again, then try again.</source>
        <translation>请让该文件夹可写或重新连接其磁盘，然后重试。</translation>
    </message>
    <message>
        <source>Conversations cannot be saved: the disk of {path} is full ({free} free).</source>
        <translation>无法保存对话：{path} 所在的磁盘已满（剩余 {free}）。</translation>
    </message>
    <message>
        <source>Free at least {needed} on this disk, then try again.</source>
        <translation>请在此磁盘上释放至少 {needed}，然后重试。</translation>
    </message>
    <message>
        <source>The file with your conversations is damaged.</source>
        <translation>保存对话的文件已损坏。</translation>
    </message>
    <message>
        <source>It was kept, unchanged, as {moved_to}. A new one was begun.</source>
        <translation>它已原样保留为 {moved_to}，并新建了一个文件。</translation>
    </message>
    <message>
        <source>If you have a copy of the file from before, close the app and put the copy back.</source>
        <translation>如果您有该文件之前的副本，请关闭应用并放回副本。</translation>
    </message>
    <message>
        <source>A part of {path} cannot be read.</source>
        <translation>{path} 的一部分无法读取。</translation>
    </message>
    <message>
        <source>The file is left as it is. Other conversations may be whole.</source>
        <translation>文件保持原样。其他对话可能是完整的。</translation>
    </message>
    <message>
        <source>Copy what you need, then restart the app: it checks the file when it starts.</source>
        <translation>请复制您需要的内容，然后重启应用：它会在启动时检查该文件。</translation>
    </message>
    <message>
        <source>Your conversations were saved by a newer version of this app (format {found}, this version knows {known}).</source>
        <translation>您的对话由更新版本的应用保存（格式 {found}，此版本支持 {known}）。</translation>
    </message>
    <message>
        <source>They were not touched.</source>
        <translation>它们没有受到影响。</translation>
    </message>
    <message>
        <source>Install the newer version again to see them.</source>
        <translation>请重新安装较新的版本以查看它们。</translation>
    </message>
    <message>
        <source>Another program has {path} open.</source>
        <translation>另一个程序正在使用 {path}。</translation>
    </message>
    <message>
        <source>Close that program, then try again.</source>
        <translation>请关闭该程序，然后重试。</translation>
    </message>
    <message>
        <source>This message cannot be saved, because saving what comes before it failed.</source>
        <translation>无法保存此消息，因为它之前的内容保存失败。</translation>
    </message>
    <message>
        <source>It stays in the window until you close the app.</source>
        <translation>在您关闭应用之前，它会留在窗口中。</translation>
    </message>
    <message>
        <source>Copy it, then send the question again.</source>
        <translation>请复制它，然后重新发送问题。</translation>
    </message>
    <message>
        <source>This reply ended with an error ({kind}).</source>
        <translation>此回复因错误而结束（{kind}）。</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>请重试。</translation>
    </message>
    <message>
        <source>There is no model on this computer yet.</source>
        <translation>这台电脑上还没有模型。</translation>
    </message>
    <message>
        <source>Download the starter model first.</source>
        <translation>请先下载入门模型。</translation>
    </message>
    <message>
        <source>Desktop LLM is already running, but does not answer.</source>
        <translation>Desktop LLM 已在运行，但没有响应。</translation>
    </message>
    <message>
        <source>Your conversations are saved.</source>
        <translation>您的对话已保存。</translation>
    </message>
    <message>
        <source>Wait a moment and try again, or end the running Desktop LLM and start it anew.</source>
        <translation>请稍候重试，或结束正在运行的 Desktop LLM 后重新启动。</translation>
    </message>
</context>
<context>
    <name>sampling</name>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>How freely the model chooses, from 0 to 5. 0 always takes the likeliest token; above 1 the answer becomes erratic.</source>
        <translation>模型选择的自由程度，范围 0 到 5。0 总是取概率最高的词元；大于 1 时回答会变得杂乱。</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Only the likeliest tokens that together reach this probability, from 0.01 to 1, are considered. 1 considers all.</source>
        <translation>只考虑累计概率达到此值的最可能的词元，范围 0.01 到 1。1 表示考虑全部。</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Only this many of the likeliest tokens are considered, up to 1000.</source>
        <translation>只考虑概率最高的这么多个词元，最多 1000。</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Tokens less likely than this share of the likeliest one, from 0 to 1, are left out.</source>
        <translation>排除概率低于最高概率的这一比例的词元，范围 0 到 1。</translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation>重复惩罚</translation>
    </message>
    <message>
        <source>Makes tokens that were used already less likely, from 1 to 2. 1 changes nothing.</source>
        <translation>降低已出现过的词元的概率，范围 1 到 2。1 表示不改变。</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>回答长度上限</translation>
    </message>
    <message>
        <source>The answer ends after this many tokens, from 1 to 131072.</source>
        <translation>回答在这么多个词元后结束，范围 1 到 131072。</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>With the same seed and settings the same answer comes again. “Random” takes another one each time.</source>
        <translation>种子和设置相同，回答就相同。“随机”表示每次使用不同的种子。</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>随机</translation>
    </message>
</context>
</TS>
